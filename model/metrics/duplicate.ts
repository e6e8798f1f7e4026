import { rowMetric } from './metric.ts';

/** How much a head looks at earlier occurrences of the query's own token. */
export const duplicateToken = rowMetric(
  {
    id: 'duplicate-token',
    name: 'Same token before',
    unit: 'share',
    definition: 'Weight on earlier occurrences of the same token, mean over queries whose token stood there before.',
    formula: 'mean_{t repeated} Σ_{s < t, x_s = x_t} α_ts',
    source: 'Wang et al. 2022, Interpretability in the Wild, section 3.2 (duplicate token heads)',
    needs: 'self',
    badge: { threshold: 0.3, words: 'looks at earlier occurrences of the same token' },
  },
  (weights, start, position, _S, { keyIds, special }) => {
    const id = keyIds[position]!;
    if (special[position] || id < 0) return Number.NaN;
    let mass = Number.NaN;
    for (let s = 0; s < position; s++) {
      if (keyIds[s] === id) mass = (Number.isNaN(mass) ? 0 : mass) + weights[start + s]!;
    }
    return mass;
  },
);
