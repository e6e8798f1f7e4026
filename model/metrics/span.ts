import { rowMetric } from './metric.ts';

/** Part of a query's weight that must lie within the span. */
export const SPAN_MASS = 0.9;

/** How far a head must be allowed to look to keep most of its weight. */
export const effectiveSpan = rowMetric(
  {
    id: 'span',
    name: 'Effective span',
    unit: 'tokens',
    definition: `Smallest distance around a query within which ${SPAN_MASS * 100} % of its weight lie, mean over queries.`,
    formula: `mean_t min { r : Σ_{|t−s| ≤ r} α_ts ≥ ${SPAN_MASS} · Σ_s α_ts }`,
    source: 'After Sukhbaatar et al. 2019, Adaptive Attention Span in Transformers (the learned span, here measured)',
    needs: 'self',
    badge: null,
  },
  (weights, start, position, S) => {
    let all = 0;
    for (let s = 0; s < S; s++) all += weights[start + s]!;
    let within = weights[start + position]!;
    let radius = 0;
    while (within < SPAN_MASS * all && radius < S) {
      radius++;
      if (position - radius >= 0) within += weights[start + position - radius]!;
      if (position + radius < S) within += weights[start + position + radius]!;
    }
    return radius;
  },
);
