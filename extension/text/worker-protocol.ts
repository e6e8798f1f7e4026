/** The calls that the extension host makes to its tokenizer thread: parameters and answer by kind. */
import type { VocabularyEntry } from '../../model/protocol/panel.ts';
import type { Tried, TryParams } from '../../model/protocol/tokenizer.ts';
import type { Decoded, SpecialIds } from '../../model/text/index.ts';
import type { Encoded } from './fit.ts';

/** Everything that became of a text, but for what only its model's card knows. */
export type TriedText = Omit<Tried, 'model' | 'maxTokens'>;

export interface TokenizerCalls {
  /** Files by name; what only other programs can read is there by name alone. */
  load: { params: { readonly files: Readonly<Record<string, string>> }; result: null };
  encode: { params: { readonly text: string; readonly pair: string | null; readonly specials: boolean }; result: Encoded };
  /** All that becomes of a text, step by step. */
  try: { params: TryParams; result: TriedText };
  vocabulary: { params: { readonly ids: readonly number[] }; result: readonly VocabularyEntry[] };
  decode: { params: { readonly ids: readonly number[]; readonly after: readonly number[] }; result: Decoded };
  specials: { params: null; result: SpecialIds };
}

export type TokenizerKind = keyof TokenizerCalls;

export type TokenizerCall = {
  [K in TokenizerKind]: { readonly kind: K; readonly key: string; readonly params: TokenizerCalls[K]['params'] };
}[TokenizerKind];

export type TokenizerValue = TokenizerCalls[TokenizerKind]['result'];
