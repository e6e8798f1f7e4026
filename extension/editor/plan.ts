/** What to paint where: the weights of one row on the tokens of a document. Pure. */
import type { Span } from '../text/tracked.ts';
import { type Scale, STEPS, stepOf } from './steps.ts';

export interface Plan {
  /** Ranges by step, index 0 for step 1. */
  readonly steps: readonly (readonly Span[])[];
  readonly query: Span | null;
}

export interface PlanInput {
  /** Tokens in the document. */
  readonly count: number;
  readonly rangeOf: (token: number) => Span | null;
  /** Weight of each token as a key; null paints no keys. */
  readonly weights: Float32Array | null;
  /** Index of the query if it stands in this document. */
  readonly query: number | null;
  readonly scale: Scale;
}

/** Tokens that stand for the same characters (the bytes of one emoji) are painted once, with the sum of their weights. */
export function plan({ count, rangeOf, weights, query, scale }: PlanInput): Plan {
  const sums = new Map<string, { readonly span: Span; weight: number }>();
  for (let token = 0; weights && token < Math.min(count, weights.length); token++) {
    const span = rangeOf(token);
    if (!span) continue;
    const key = `${span.start}:${span.end}`;
    const sum = sums.get(key) ?? { span, weight: 0 };
    sum.weight += weights[token]!;
    sums.set(key, sum);
  }
  const steps: Span[][] = Array.from({ length: STEPS }, () => []);
  for (const { span, weight } of sums.values()) {
    const step = stepOf(weight, scale);
    if (step > 0) steps[step - 1]!.push(span);
  }
  return { steps, query: query === null ? null : rangeOf(query) };
}

/** Several pictures of one document; at most one of them has a query. */
export function joined(plans: readonly Plan[]): Plan {
  const steps = Array.from({ length: STEPS }, (_, step) => plans.flatMap((one) => one.steps[step] ?? []));
  return { steps, query: plans.find(({ query }) => query !== null)?.query ?? null };
}

/** The same picture dimmed, for a text that has changed since the run. */
export function dimmed({ steps, query }: Plan): Plan {
  const quieter: Span[][] = Array.from({ length: STEPS }, () => []);
  for (const [index, spans] of steps.entries()) quieter[Math.floor(index / 3)]!.push(...spans);
  return { steps: quieter, query };
}
