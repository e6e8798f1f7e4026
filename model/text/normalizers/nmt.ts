import { expand, filter } from '../traced.ts';
import type { Normalizer } from './index.ts';

function removed(c: number): boolean {
  return (c >= 1 && c <= 8) || c === 0xb || (c >= 0xe && c <= 0x1f) || c === 0x7f || c === 0x8f || c === 0x9f;
}

function becomesSpace(c: number): boolean {
  if (c < 0x1680) return c === 9 || c === 10 || c === 12 || c === 13;
  return c === 0x1680 || (c >= 0x200b && c <= 0x200f) || c === 0x2028 || c === 0x2029 || c === 0x2581 || c === 0xfeff || c === 0xfffd;
}

/** Nmt: what SentencePiece's rules of that name do besides their map: drops control characters, turns breaks and zero-width ones into spaces. */
export function nmt(): Normalizer {
  return (text) =>
    expand(
      filter(text, (c) => !removed(c)),
      (c) => (becomesSpace(c) ? 0x20 : c),
    );
}
