import { expand, type Traced } from '../traced.ts';
import type { Normalizer } from './index.ts';

const known = new Map<number, number | readonly number[]>();

/** The lower case of one code point, on its own: no rule that looks at neighbours (final sigma) applies. */
export function lower(c: number): number | readonly number[] {
  if (c < 0x80) return c >= 0x41 && c <= 0x5a ? c + 32 : c;
  let to = known.get(c);
  if (to === undefined) {
    const parts = Array.from(String.fromCodePoint(c).toLowerCase(), (p) => p.codePointAt(0)!);
    to = parts.length === 1 ? parts[0]! : parts;
    known.set(c, to);
  }
  return to;
}

export function toLowerCase(text: Traced): Traced {
  return expand(text, lower);
}

/** Lowercase: each code point alone; İ becomes i and a dot above, which shares its origin. */
export function lowercase(): Normalizer {
  return toLowerCase;
}
