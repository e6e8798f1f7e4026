import { rowMetric } from './metric.ts';

/** How much a head looks at the token before. */
export const previousToken = rowMetric(
  {
    id: 'previous-token',
    name: 'Previous token',
    unit: 'share',
    definition: 'Weight of a query on the token right before it, mean over queries that have one.',
    formula: 'mean_{t ≥ 1} α_{t,t−1}',
    source: 'Voita et al. 2019, Analyzing Multi-Head Self-Attention, section 5.1 (positional heads); Elhage et al. 2021',
    needs: 'self',
    badge: { threshold: 0.3, words: 'looks at the previous token' },
  },
  (weights, start, position) => (position >= 1 ? weights[start + position - 1]! : Number.NaN),
);
