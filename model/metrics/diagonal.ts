import { rowMetric } from './metric.ts';

/** How much a head looks at the query's own token. */
export const diagonal = rowMetric(
  {
    id: 'diagonal',
    name: 'Own token',
    unit: 'share',
    definition: 'Weight of a query on its own token, mean over queries.',
    formula: 'mean_t α_tt',
    source: 'Kovaleva et al. 2019, Revealing the Dark Secrets of BERT, section 4.1 (diagonal pattern)',
    needs: 'self',
    badge: { threshold: 0.5, words: 'looks at the token itself' },
  },
  (weights, start, position) => weights[start + position]!,
);
