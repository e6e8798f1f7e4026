import { rowMetric } from './metric.ts';

/** How much a head looks at what followed the query's token the last times: it copies what came next. */
export const induction = rowMetric(
  {
    id: 'induction',
    name: 'Induction',
    unit: 'share',
    definition:
      "Weight on the tokens right after earlier occurrences of the query's token, mean over queries whose token stood there before.",
    formula: 'mean_{t repeated} Σ_{s < t, x_{s−1} = x_t} α_ts',
    source: 'Olsson et al. 2022, In-context Learning and Induction Heads (prefix matching score)',
    needs: 'self',
    badge: { threshold: 0.3, words: 'continues repeated sequences (induction)' },
  },
  (weights, start, position, _S, { keyIds, special }) => {
    const id = keyIds[position]!;
    if (special[position] || id < 0) return Number.NaN;
    let mass = Number.NaN;
    for (let s = 1; s < position; s++) {
      if (keyIds[s - 1] === id) mass = (Number.isNaN(mass) ? 0 : mass) + weights[start + s]!;
    }
    return mass;
  },
);
