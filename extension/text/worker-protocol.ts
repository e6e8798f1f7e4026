/** The messages between the extension host and its tokenizer thread: one call, one answer. */
import type { ErrorCode } from '../../model/errors.ts';
import type { Encoded } from './fit.ts';

export type TokenizerCall =
  | { readonly kind: 'load'; readonly key: string; readonly json: string; readonly config: string | null }
  | { readonly kind: 'encode'; readonly key: string; readonly text: string; readonly pair: string | null };

export type TokenizerAnswer =
  | { readonly ok: true; readonly encoded?: Encoded }
  /** `ended`: the thread is gone or must go. */
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly ended?: boolean };
