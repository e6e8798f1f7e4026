import { rowMetric } from './metric.ts';

/** How much a head looks at the token after. */
export const nextToken = rowMetric(
  {
    id: 'next-token',
    name: 'Next token',
    unit: 'share',
    definition: 'Weight of a query on the token right after it, mean over queries that have one.',
    formula: 'mean_{t < S−1} α_{t,t+1}',
    source: 'Clark et al. 2019, What Does BERT Look At?, section 3.1',
    needs: 'self',
    badge: { threshold: 0.3, words: 'looks at the next token' },
  },
  (weights, start, position, S) => (position + 1 < S ? weights[start + position + 1]! : Number.NaN),
);
