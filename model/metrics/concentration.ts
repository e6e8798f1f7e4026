import { checkSizes, type Metric } from './metric.ts';

/** How much of all attention the most attended key receives: vertical stripes. */
export const concentration: Metric = {
  id: 'concentration',
  name: 'Column concentration',
  unit: 'share',
  definition: 'Share of all attention that goes to the single most attended key.',
  formula: 'max_s Σ_t α_ts / Σ_t Σ_s α_ts',
  source: 'Kovaleva et al. 2019, Revealing the Dark Secrets of BERT, section 4.1 (vertical pattern)',
  needs: 'any',
  badge: { threshold: 0.6, words: 'all queries look at the same token' },
  perHead(weights, T, S, tokens) {
    checkSizes(weights, T, S, tokens);
    const columns = new Float64Array(S);
    let mass = 0;
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < S; s++) {
        const a = weights[t * S + s]!;
        columns[s]! += a;
        mass += a;
      }
    }
    return mass === 0 ? Number.NaN : columns.reduce((most, c) => Math.max(most, c), 0) / mass;
  },
};
