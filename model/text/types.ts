import type { Token } from '../protocol/panel.ts';

/** A half-open range [start, end) in UTF-16 code units, as editors count. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What the normalizer made of one text, for the try-out. */
export interface NormalizedText {
  /** The text as the model's vocabulary sees it, before it is cut into words; typed special tokens stand in it as they were typed. */
  readonly text: string;
  /** Parts of the source that no token stands for (removed or dropped), in order. What merely merged into a neighbour (e + ◌́ → é) is not among them. */
  readonly vanished: readonly TextRange[];
}

/** A text, or a pair of texts, as tokens. Plain data: it may be posted between threads. */
export interface Encoding {
  /** In the model's order, special tokens among them. Offsets of a pair's second text count in the second text. */
  readonly tokens: readonly Token[];
  /** For each token the segment number that the model wants as `token_type_ids` (not always the text's number: RoBERTa has 0 everywhere). */
  readonly typeIds: readonly number[];
  /** One entry a text. */
  readonly normalized: readonly NormalizedText[];
}

/** Ids of the tokens with a job, null where file and configuration name none. */
export interface SpecialIds {
  readonly bos: number | null;
  readonly eos: number | null;
  readonly pad: number | null;
  readonly unk: number | null;
  readonly mask: number | null;
  readonly cls: number | null;
  readonly sep: number | null;
}

export interface EncodeOptions {
  /** Put in the special tokens that the model was trained with ([CLS] … [SEP]); default true. */
  readonly specials?: boolean;
}

export interface DecodeOptions {
  /** Leave special tokens out; default false. */
  readonly skipSpecial?: boolean;
}

/** A component by its `type` in the file; the parts of a Sequence stand one by one. */
export interface PipelineStep {
  readonly stage: 'normalizer' | 'pre-tokenizer' | 'model' | 'post-processor';
  readonly type: string;
}

/** A tokenizer as its files describe it. */
export interface Tokenizer {
  /** The model's kind as the file names it: BPE, Unigram, WordPiece, WordLevel. */
  readonly kind: string;
  /** Number of different tokens, added ones included. */
  readonly vocabularySize: number;
  /** What a text goes through, in order. */
  readonly steps: readonly PipelineStep[];
  readonly specials: SpecialIds;
  /** Ids of all tokens that the file marks as special. */
  readonly specialIds: ReadonlySet<number>;
  /** Longest input in tokens that the configuration names, null where it names none. */
  readonly maxLength: number | null;
  encode(text: string, pair?: string, options?: EncodeOptions): Encoding;
  decode(ids: readonly number[], options?: DecodeOptions): string;
  /** The token's string in the vocabulary; an id outside it gives the empty string. */
  piece(id: number): string;
  idOf(piece: string): number | null;
}
