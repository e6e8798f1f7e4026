/** The sections of the tab Predict. A new one is its file and its line here. */
import type { ComponentType } from 'preact';
import type { Shown } from '../../state/shown.ts';
import type { Session } from '../../state/types.ts';
import { HeadsSection } from '../causes/heads.tsx';
import { LensSection } from '../causes/lens.tsx';
import { WhatIfSection } from '../causes/what-if.tsx';
import { WordsSection } from '../causes/words.tsx';
import { AnswerSection } from './answer.tsx';
import { GenerateSection } from './generate/section.tsx';
import { taskFor } from './task.ts';

export interface Section {
  /** Kept in the view's options. */
  readonly id: string;
  /** On its button; in words that say what it shows of this model. */
  readonly label: (session: Session) => string;
  /** Whether it has something to show of a run. */
  readonly fits: (session: Session) => boolean;
  readonly view: ComponentType<{ readonly session: Session; readonly shown: Shown }>;
}

const ANSWERS = { 'next-token': 'Next token', 'masked-token': 'Masked token', classes: 'Classes', 'token-classes': 'Token classes' };
type Answer = keyof typeof ANSWERS;

const answerOf = (session: Session): Answer | null => {
  const kind = taskFor(session)?.kind;
  return kind !== undefined && kind in ANSWERS ? (kind as Answer) : null;
};

const generates = (session: Session): boolean => taskFor(session)?.kind === 'next-token' && session.show.input.kind === 'text';

export const SECTIONS: readonly Section[] = [
  { id: 'answer', label: (session) => ANSWERS[answerOf(session)!], fits: (session) => answerOf(session) !== null, view: AnswerSection },
  { id: 'generate', label: () => 'Generate', fits: generates, view: GenerateSection },
  { id: 'what-if', label: () => 'What if …', fits: (session) => answerOf(session) !== null, view: WhatIfSection },
  { id: 'heads', label: () => 'Which heads matter', fits: (session) => answerOf(session) !== null, view: HeadsSection },
  { id: 'words', label: () => 'Which words matter', fits: (session) => answerOf(session) !== null && hasText(session), view: WordsSection },
  { id: 'lens', label: () => 'Logit lens', fits: (session) => answerOf(session) !== null, view: LensSection },
];

const hasText = ({ show }: Session): boolean => show.input.kind === 'text';
