import type { Traced } from '../traced.ts';
import type { Cut } from './index.ts';

const CAPACITY = 20_000;
/** Longer pieces hardly come twice. */
const LONGEST = 64;

/** Remembers what pieces became: the same words come again and again. When full it forgets all and starts anew. */
export function remembering(tokenize: (piece: Traced, text: string) => readonly Cut[]): (piece: Traced) => readonly Cut[] {
  const known = new Map<string, readonly Cut[]>();
  return (piece) => {
    const text = piece.text;
    let cuts = known.get(text);
    if (cuts !== undefined) return cuts;
    cuts = tokenize(piece, text);
    if (text.length <= LONGEST) {
      if (known.size >= CAPACITY) known.clear();
      known.set(text, cuts);
    }
    return cuts;
  };
}
