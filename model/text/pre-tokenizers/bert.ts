import { punctuation, whiteSpace } from '../unicode/sets.ts';
import { charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** BertPreTokenizer: words between White_Space, punctuation marks one by one. */
export function bert(): PreTokenizer {
  return (piece) =>
    cut(piece, charactersOf(piece, whiteSpace), 'Removed').flatMap((word) => cut(word, charactersOf(word, punctuation), 'Isolated'));
}
