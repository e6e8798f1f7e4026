/** The messages between the extension host and a page on which a tokenizer can be tried out. */
import type { NormalizedText, PipelineStep } from '../text/types.ts';
import type { WireError } from './engine.ts';
import type { Token } from './panel.ts';

/** What a tokenizer is made of, in the words of its file. */
export interface TokenizerFacts {
  /** `BPE`, `Unigram`, `WordPiece`, `WordLevel`. */
  readonly kind: string;
  readonly vocabulary: number;
  readonly steps: readonly PipelineStep[];
}

export interface TryParams {
  readonly text: string;
  /** Second text of a pair, null for one text. */
  readonly pair: string | null;
}

/** Everything that became of a text. */
export interface Tried {
  readonly model: string;
  readonly facts: TokenizerFacts;
  /** Tokens that the model reads, null when nothing says so. */
  readonly maxTokens: number | null;
  /** Ranges count in `text`, for segment 1 in `pair`. */
  readonly tokens: readonly Token[];
  readonly typeIds: readonly number[];
  /** One entry a text. */
  readonly normalized: readonly NormalizedText[];
  /** Time that the tokenizer took, without messages and loading. */
  readonly ms: number;
}

/** Page → host: parameters and result by method name. */
export interface TryRequests {
  /** @throws HeadlightError `tokenizer` when the model has none or it cannot be used */
  try: { params: TryParams; result: Tried };
  /** Opens the model picker; null when the user cancelled. */
  chooseModel: { params: null; result: { readonly model: string } | null };
  copy: { params: { readonly text: string }; result: null };
}

/** Page → host, no answer. */
export interface TryNotifications {
  ready: null;
  failed: { readonly error: WireError };
}

/** Host → page, no answer. */
export interface TriedNotifications {
  /** What to begin with, or go on with: another model, a text of the editor. */
  begin: { readonly model: string; readonly text: string | null };
}
