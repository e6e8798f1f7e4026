import { count, type Json, malformed } from '../json.ts';
import type { Traced } from '../traced.ts';
import type { PreTokenizer } from './index.ts';

/** FixedLength: pieces of so many code points; the last may be shorter. */
export function fixedLength(config: Json): PreTokenizer {
  const length = count(config.length ?? 5, 'length of FixedLength');
  if (length === 0) throw malformed('length of FixedLength is 0');
  return (piece) => {
    const out: Traced[] = [];
    for (let a = 0; a < piece.length; a += length) out.push(piece.slice(a, Math.min(a + length, piece.length)));
    return out;
  };
}
