/** The metrics of a head, in the order in which views list them. A new one is its file and its line here. */
import { concentration } from './concentration.ts';
import { diagonal } from './diagonal.ts';
import { distance } from './distance.ts';
import { duplicateToken } from './duplicate.ts';
import { entropy } from './entropy.ts';
import { firstToken } from './first.ts';
import { induction } from './induction.ts';
import { locality } from './locality.ts';
import type { Metric } from './metric.ts';
import { nextToken } from './next.ts';
import { previousToken } from './previous.ts';
import { separator } from './separator.ts';
import { effectiveSpan } from './span.ts';

export type { Badge, Metric, MetricTokens, Unit } from './metric.ts';

export const metrics: readonly Metric[] = [
  entropy,
  distance,
  previousToken,
  induction,
  firstToken,
  duplicateToken,
  nextToken,
  diagonal,
  separator,
  locality,
  effectiveSpan,
  concentration,
];

/** Metrics that make sense for a site: those that compare positions need queries and keys of one sequence. */
export function metricsFor(self: boolean): readonly Metric[] {
  return metrics.filter((metric) => self || metric.needs === 'any');
}

export interface HeadMetric {
  readonly metric: Metric;
  readonly value: number;
  /** Plain words where the value reaches the metric's threshold, else null. Never shown without the value. */
  readonly badge: string | null;
}

/** Words of a metric for a value, or null below its threshold. */
export function badgeOf(metric: Metric, value: number): string | null {
  return metric.badge !== null && value >= metric.badge.threshold ? metric.badge.words : null;
}

export { attentionFlow } from './flow.ts';
export { linkScore } from './link.ts';
export { rollout } from './rollout.ts';
export { valueNorms, valueWeighted } from './value-norm.ts';
