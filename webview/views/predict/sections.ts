/** The sections of the tab Predict. A new one is its file and its line here. */
import type { ComponentType } from 'preact';
import type { TaskKind } from '../../../model/predictions/task.ts';
import type { Shown } from '../../state/shown.ts';
import type { Session } from '../../state/types.ts';
import { HeadsSection } from '../causes/heads.tsx';
import { LensSection } from '../causes/lens.tsx';
import { hasPatches, PatchesSection } from '../causes/patches.tsx';
import { WhatIfSection } from '../causes/what-if.tsx';
import { WordsSection } from '../causes/words.tsx';
import { AnswerSection } from './answer.tsx';
import { TokenClassesSection } from './classes.tsx';
import { GenerateSection } from './generate/section.tsx';
import { SimilarSection } from './similar.tsx';
import { SpansSection } from './spans.tsx';
import { SurpriseSection } from './surprise.tsx';
import { foretellsTokens, readSide, taskFor } from './task.ts';

export interface Section {
  /** Kept in the view's options. */
  readonly id: string;
  /** On its button; in words that say what it shows of this model. */
  readonly label: (session: Session) => string;
  /** Whether it has something to show of a run. */
  readonly fits: (session: Session) => boolean;
  readonly view: ComponentType<{ readonly session: Session; readonly shown: Shown }>;
}

const ANSWERS = { 'next-token': 'Next token', 'masked-token': 'Masked token', classes: 'Classes' };
type Answer = keyof typeof ANSWERS;

const answerOf = (session: Session): Answer | null => {
  const kind = taskFor(session)?.kind;
  return kind !== undefined && kind in ANSWERS ? (kind as Answer) : null;
};

/** Whether there is a row of scores for a place or the whole. */
const hasAnswer = (session: Session): boolean => answerOf(session) !== null || taskFor(session)?.kind === 'token-classes';

const isOf = (kind: TaskKind) => (session: Session) => taskFor(session)?.kind === kind && hasTokens(session);
/** Positions that are tokens of a text: not frames, not patches. */
const hasTokens = (session: Session): boolean => session.show.input.kind === 'text' && (readSide(session)?.tokens.length ?? 0) > 0;
const generates = (session: Session): boolean => taskFor(session)?.kind === 'next-token' && session.show.input.kind === 'text';

export const SECTIONS: readonly Section[] = [
  { id: 'answer', label: (session) => ANSWERS[answerOf(session)!], fits: (session) => answerOf(session) !== null, view: AnswerSection },
  { id: 'token-classes', label: () => 'Token classes', fits: isOf('token-classes'), view: TokenClassesSection },
  { id: 'spans', label: () => 'Answers', fits: isOf('spans'), view: SpansSection },
  { id: 'similar', label: () => 'Likeness', fits: isOf('embedding'), view: SimilarSection },
  { id: 'generate', label: () => 'Generate', fits: generates, view: GenerateSection },
  { id: 'surprise', label: () => 'Surprise', fits: (session) => foretellsTokens(session) && hasTokens(session), view: SurpriseSection },
  { id: 'what-if', label: () => 'What if …', fits: (session) => hasAnswer(session), view: WhatIfSection },
  { id: 'heads', label: () => 'Which heads matter', fits: (session) => hasAnswer(session), view: HeadsSection },
  { id: 'words', label: () => 'Which words matter', fits: (session) => hasAnswer(session) && hasText(session), view: WordsSection },
  {
    id: 'patches',
    label: () => 'Which patches matter',
    fits: (session) => hasAnswer(session) && hasPatches(session),
    view: PatchesSection,
  },
  { id: 'lens', label: () => 'Logit lens', fits: (session) => hasAnswer(session), view: LensSection },
];

const hasText = ({ show }: Session): boolean => show.input.kind === 'text';
