/** The messages between the extension host and its tokenizer thread. */
import type { Encoded } from './fit.ts';

export type TokenizerCall =
  | { readonly kind: 'load'; readonly key: string; readonly json: string; readonly config: string | null }
  | { readonly kind: 'encode'; readonly key: string; readonly text: string; readonly pair: string | null };

/** Null after a load. */
export type TokenizerValue = Encoded | null;
