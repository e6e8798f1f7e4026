import { rowMetric } from './metric.ts';

/** How much a head rests on special tokens other than the first. */
export const separator = rowMetric(
  {
    id: 'separator',
    name: 'Separators',
    unit: 'share',
    definition: 'Weight on special tokens ([SEP], </s>, …) other than the first key, mean over queries.',
    formula: 'mean_t Σ_{s ≥ 1, s special} α_ts',
    source: 'Clark et al. 2019, What Does BERT Look At?, section 3.2 (attending to separator tokens)',
    needs: 'any',
    badge: { threshold: 0.5, words: 'rests on separators' },
  },
  (weights, start, _position, S, { special }) => {
    let mass = 0;
    let any = false;
    for (let s = 1; s < S; s++) {
      if (!special[s]) continue;
      any = true;
      mass += weights[start + s]!;
    }
    return any ? mass : Number.NaN;
  },
);
