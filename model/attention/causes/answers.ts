/** The outputs of a graph that are answers: distributions over tokens, classes or places, of which a run says how likely each is. */
import type { Subject } from '../find/graph.ts';
import { intAttribute } from '../graph/attributes.ts';
import { isFloat } from '../graph/constants.ts';
import { axisOf } from '../infer/fact.ts';

/** An output that is a distribution. */
export interface AnswerOutput {
  readonly output: string;
  /** The value that holds its logits: what the output is, or what a last softmax reads. */
  readonly logits: string;
  /** [B, T, V] has one answer a position; [B, V] has one. */
  readonly positions: boolean;
  /** Whether the answer is a place in the text (where an answer starts) and no entry of a list. */
  readonly places: boolean;
}

const NAMED = /logits|scores?$|prediction|prob/i;
const PLACES = /(start|end)_(logits|positions)|^(start|end)$/;
/** Similarities of pairs of inputs, states and caches are no answers. */
const NOT = /logits_per_|hidden|pooler|present|past|attention|mems|cache|embed|state|relationship/i;

/** What a closing softmax over the last axis reads: logits are what the rest of the house speaks of. */
function beforeSoftmax(subject: Subject, name: string): string {
  const ref = subject.view.producerOf(name);
  const rank = subject.shape(name)?.length ?? 0;
  if (!ref || ref.owner || ref.node.opType !== 'Softmax' || rank === 0) return name;
  return axisOf(intAttribute(ref.node, 'axis', -1), rank) === rank - 1 ? ref.node.input[0]! : name;
}

/**
 * @param vocabulary V where it is known: an output of this width is an answer whatever it is called
 */
export function answersOf(subject: Subject, vocabulary: number | null): AnswerOutput[] {
  const outputs = subject.model.graph!.output.map(({ name }) => name);
  return outputs.flatMap((output): AnswerOutput[] => {
    const [shape, type] = [subject.shape(output), subject.fact(output)?.type ?? 0];
    if (!shape || !isFloat(type) || shape.length < 2 || shape.length > 3 || NOT.test(output)) return [];
    const places = PLACES.test(output) && shape.length === 2;
    if (shape.at(-1)! < 2 || !(NAMED.test(output) || places || shape.at(-1) === vocabulary)) return [];
    return [{ output, logits: beforeSoftmax(subject, output), positions: shape.length === 3, places }];
  });
}
