/** What a page gives the tokenizer's try-out. */
import type { Tried, TryParams } from '../../../model/protocol/tokenizer.ts';

export interface TryHost {
  /** @throws HeadlightError with the sentence that stands in the result's place */
  try(params: TryParams): Promise<Tried>;
  copy(text: string): void;
  /** Left out where the page belongs to one model. */
  readonly chooseModel?: () => void;
}

/** What is kept over a reload of the page. */
export interface TryState {
  readonly text: string;
  /** Null for one text. */
  readonly pair: string | null;
}
