import { rowMetric } from './metric.ts';

/** Keys at most this many tokens away are near. */
export const NEAR_TOKENS = 2;

/** How much a head looks at its neighbourhood. */
export const locality = rowMetric(
  {
    id: 'locality',
    name: 'Locality',
    unit: 'share',
    definition: `Weight on keys at most ${NEAR_TOKENS} tokens away, the query's own token included, mean over queries.`,
    formula: `mean_t Σ_{|t−s| ≤ ${NEAR_TOKENS}} α_ts`,
    source: 'Clark et al. 2019, What Does BERT Look At?, section 3.1 (attention to nearby positions)',
    needs: 'self',
    badge: { threshold: 0.8, words: `looks at most ${NEAR_TOKENS} tokens away` },
  },
  (weights, start, position, S) => {
    let mass = 0;
    const last = Math.min(S - 1, position + NEAR_TOKENS);
    for (let s = Math.max(0, position - NEAR_TOKENS); s <= last; s++) mass += weights[start + s]!;
    return mass;
  },
);
