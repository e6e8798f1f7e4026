import { rowMetric } from './metric.ts';

/** How spread a head's weights are: 0 bits for one key alone, log₂ S for all keys alike. */
export const entropy = rowMetric(
  {
    id: 'entropy',
    name: 'Entropy',
    unit: 'bit',
    definition: 'How spread the weights of a query are, in bits, mean over queries: 0 is one key alone, 3 is as uncertain as 8 equal keys.',
    formula: 'H = mean_t −Σ_s α_ts · log₂ α_ts',
    source: 'Shannon 1948; for heads: Ghader and Monz 2017, What does Attention in NMT Pay Attention to?, section 4',
    needs: 'any',
    badge: null,
  },
  (weights, start, _position, S) => {
    let bits = 0;
    for (let s = 0; s < S; s++) {
      const a = weights[start + s]!;
      if (a > 0) bits -= a * Math.log2(a);
    }
    return bits;
  },
);
