import { regexMatcher } from '../pattern.ts';
import { cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';

/** Whitespace: `\w+|[^\w\s]+` with the Rust library's Unicode classes; only the matches stay. */
export function whitespace(): PreTokenizer {
  const find = regexMatcher(new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu'));
  return (piece) => cut(piece, find(piece), 'Removed', true);
}
