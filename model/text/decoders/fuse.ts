import type { Decoder } from './index.ts';

/** Fuse: all tokens as one. */
export function fuse(): Decoder {
  return (tokens) => [tokens.join('')];
}
