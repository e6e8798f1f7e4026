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

/** Tokens that share characters (the bytes of one emoji, an accent and its letter) are painted once, with the sum of their weights. */
export function plan({ count, rangeOf, weights, query, scale }: PlanInput): Plan {
  const steps: Span[][] = Array.from({ length: STEPS }, () => []);
  const found = Array.from({ length: Math.min(count, weights?.length ?? 0) }, (_, token) => ({
    span: rangeOf(token),
    weight: weights![token]!,
  }));
  for (const { span, weight } of together(found)) {
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

interface Weighted {
  readonly span: Span;
  readonly weight: number;
}

/** Spans without overlap, in the order of the text: those that share a character as one. */
function together(all: readonly { readonly span: Span | null; readonly weight: number }[]): Weighted[] {
  const placed = all.filter((one): one is Weighted => one.span !== null).sort((a, b) => a.span.start - b.span.start);
  const out: Weighted[] = [];
  for (const { span, weight } of placed) {
    const last = out.at(-1);
    if (!last || span.start >= last.span.end) out.push({ span, weight });
    else out[out.length - 1] = { span: { start: last.span.start, end: Math.max(last.span.end, span.end) }, weight: last.weight + weight };
  }
  return out;
}

/** The same picture dimmed, for a text that has changed since the run. */
export function dimmed({ steps, query }: Plan): Plan {
  const quieter: Span[][] = Array.from({ length: STEPS }, () => []);
  for (const [index, spans] of steps.entries()) quieter[Math.floor(index / 3)]!.push(...spans);
  return { steps: quieter, query };
}
