/** What a model can be asked beside its run: read off its graphs, nothing loaded. */
import { type AnswerOutput, answersOf, type Lens, lensOf, type Stack, Steps, stackOf, subjectOf } from '../../../model/attention/index.ts';
import { HeadlightError } from '../../../model/errors.ts';
import type { OpenModel, OpenPart } from '../opening.ts';

/** One graph of the model. */
export interface PartAnalysis {
  readonly part: OpenPart;
  readonly answers: readonly AnswerOutput[];
}

/** The layers of the stack that answers, or why they cannot be read. */
export type LensAnalysis = { readonly stack: Stack; readonly lens: Lens } | { readonly stack: null; readonly reason: string };

export function analyse({ parts, facts }: OpenModel): PartAnalysis[] {
  return parts.map((part) => {
    const subject = subjectOf(part.found);
    return { part, answers: subject ? answersOf(subject, facts.vocabulary) : [] };
  });
}

/** How the layers are read through the head that makes an answer. */
export function analyseLens({ found }: OpenPart, answer: AnswerOutput): LensAnalysis {
  const subject = subjectOf(found);
  if (!subject) return { stack: null, reason: 'The graph has no attention that could be found.' };
  try {
    const steps = new Steps(subject);
    const stack = stackOf(steps, found.sites, answer.logits);
    return { stack, lens: lensOf(steps, stack, answer) };
  } catch (error) {
    if (!(error instanceof HeadlightError) || error.code !== 'unsupported') throw error;
    return { stack: null, reason: error.message };
  }
}
