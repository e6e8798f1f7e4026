import { type Json, string } from '../json.ts';
import { charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** CharDelimiterSplit: cuts at one character, which is dropped. */
export function charDelimiter(config: Json): PreTokenizer {
  const delimiter = string(config.delimiter, 'delimiter').codePointAt(0);
  return (piece) => cut(piece, charactersOf(piece, { has: (c) => c === delimiter }), 'Removed');
}
