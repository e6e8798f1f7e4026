/** The calls that the extension host makes to its tokenizer thread: parameters and answer by kind. */
import type { VocabularyEntry } from '../../model/protocol/panel.ts';
import type { Decoded, SpecialIds } from '../../model/text/index.ts';
import type { Encoded } from './fit.ts';

export interface TokenizerCalls {
  load: { params: { readonly json: string; readonly config: string | null }; result: null };
  encode: { params: { readonly text: string; readonly pair: string | null; readonly specials: boolean }; result: Encoded };
  vocabulary: { params: { readonly ids: readonly number[] }; result: readonly VocabularyEntry[] };
  decode: { params: { readonly ids: readonly number[]; readonly after: readonly number[] }; result: Decoded };
  specials: { params: null; result: SpecialIds };
}

export type TokenizerKind = keyof TokenizerCalls;

export type TokenizerCall = {
  [K in TokenizerKind]: { readonly kind: K; readonly key: string; readonly params: TokenizerCalls[K]['params'] };
}[TokenizerKind];

export type TokenizerValue = TokenizerCalls[TokenizerKind]['result'];
