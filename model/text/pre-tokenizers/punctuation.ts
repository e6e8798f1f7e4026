import { type Json, oneOf } from '../json.ts';
import * as sets from '../unicode/sets.ts';
import { BEHAVIOURS, charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** Punctuation: cuts at punctuation marks. */
export function punctuation(config: Json): PreTokenizer {
  const behaviour = oneOf(config.behavior, BEHAVIOURS, 'Isolated', 'behavior of Punctuation');
  return (piece) => cut(piece, charactersOf(piece, sets.punctuation), behaviour);
}
