import { whiteSpace } from '../unicode/sets.ts';
import { charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** WhitespaceSplit: words between White_Space. */
export function whitespaceSplit(): PreTokenizer {
  return (piece) => cut(piece, charactersOf(piece, whiteSpace), 'Removed');
}
