import { boolean, type Json } from '../json.ts';
import { numeric } from '../unicode/sets.ts';
import { charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** Digits: numeric characters apart from the rest, one by one or in runs. */
export function digits(config: Json): PreTokenizer {
  const behaviour = boolean(config.individual_digits, false, 'individual_digits') ? 'Isolated' : 'Contiguous';
  return (piece) => cut(piece, charactersOf(piece, numeric), behaviour);
}
