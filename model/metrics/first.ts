import { rowMetric } from './metric.ts';

/** How much a head rests on the first token, the usual sink. */
export const firstToken = rowMetric(
  {
    id: 'first-token',
    name: 'First token (sink)',
    unit: 'share',
    definition: 'Weight on the first key, mean over the queries after it; heads with nothing to say rest there.',
    formula: 'mean_{t ≥ 1} α_{t,0}',
    source: 'Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks, section 3.1',
    needs: 'self',
    badge: { threshold: 0.5, words: 'rests on the first token' },
  },
  (weights, start, position) => (position >= 1 ? weights[start]! : Number.NaN),
);
