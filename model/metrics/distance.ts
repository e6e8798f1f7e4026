import { rowMetric } from './metric.ts';

/** How far a head looks, in tokens. */
export const distance = rowMetric(
  {
    id: 'distance',
    name: 'Mean distance',
    unit: 'tokens',
    definition: 'How many tokens lie between a query and what it looks at, weighted by attention, mean over queries.',
    formula: 'D = mean_t Σ_s α_ts · |t − s| / Σ_s α_ts',
    source: 'Vig and Belinkov 2019, Analyzing the Structure of Attention in a Transformer Language Model, section 4.3',
    needs: 'self',
    badge: null,
  },
  (weights, start, position, S) => {
    let sum = 0;
    let mass = 0;
    for (let s = 0; s < S; s++) {
      const a = weights[start + s]!;
      sum += a * Math.abs(position - s);
      mass += a;
    }
    return sum / mass;
  },
);
