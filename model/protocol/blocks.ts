/** The messages between the extension host and the page of the classic blocks. */
import type { WireError } from './engine.ts';

/** Blocks that have a page of their own, in the order of their tabs. */
export const BLOCK_IDS = ['convolution', 'perceptron', 'mlp', 'rnn', 'lstm', 'gru', 'translator'] as const;
export type BlockId = (typeof BLOCK_IDS)[number];

export const isBlockId = (value: unknown): value is BlockId => BLOCK_IDS.some((id) => id === value);

/** Page → host, no answer. */
export interface BlocksNotifications {
  ready: null;
  /** Opens a block's source beside. */
  code: { readonly file: string; readonly symbol: string };
  failed: { readonly error: WireError };
}

/** Host → page, no answer. */
export interface BlocksHostNotifications {
  /** Which block to show; null: the one that was there, else the first. */
  begin: { readonly block: BlockId | null };
}
