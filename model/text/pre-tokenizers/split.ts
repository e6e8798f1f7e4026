import { boolean, type Json, oneOf } from '../json.ts';
import { matcher } from '../pattern.ts';
import { BEHAVIOURS, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** Split: cuts at a string or regular expression. */
export function split(config: Json): PreTokenizer {
  const find = matcher(config.pattern);
  const behaviour = oneOf(config.behavior, BEHAVIOURS, 'Removed', 'behavior of a Split');
  const invert = boolean(config.invert, false, 'invert');
  return (piece) => cut(piece, find(piece), behaviour, invert);
}
