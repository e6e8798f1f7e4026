/**
 * Names a term of the scores that tokens make with a table of distances: Shaw's keys, Transformer-XL's, DeBERTa's two.
 *
 * Sources: Shaw et al. 2018; Dai et al. 2019, 3.3; He et al. 2021, "DeBERTa", 3.1.
 */
import type { RelativeTerm } from './types.ts';

export function nameTerm(of: RelativeTerm['of'], where: string, map: RelativeTerm['map']): RelativeTerm {
  const [words, formula] =
    of === 'query'
      ? ['content to position', 'q_i · K[i − j]: what the query says meets how far the key is']
      : of === 'key'
        ? ['position to content', 'k_j · Q[i − j]: what the key says meets how far the query is']
        : ['a further term', 'a term of tokens and of where they stand or which segment they belong to'];
  return { of, words: words!, formula: [formula!], where, map };
}
