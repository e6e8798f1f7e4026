import { HeadlightError } from '../errors.ts';

/**
 * How strongly a head links two spans: the weight from tokens of one to tokens of the other.
 *
 * Formula: mean over t in `from` of Σ_{s in `to`} α_ts
 * @param weights [T, S]
 * @param from rows: positions of the queries
 * @param to columns: positions of the keys
 * @returns a share between 0 and 1
 * @throws HeadlightError `shape` when a span is empty or leaves the map
 * Source: the per-relation scores of Clark et al. 2019, What Does BERT Look At?, section 4.2.
 */
export function linkScore(weights: Float32Array, T: number, S: number, from: readonly number[], to: readonly number[]): number {
  const inside = (span: readonly number[], length: number): boolean => span.length > 0 && span.every((n) => n >= 0 && n < length);
  if (weights.length !== T * S || !inside(from, T) || !inside(to, S)) {
    throw new HeadlightError(
      'shape',
      `Spans [${from}] and [${to}] do not fit a map of ${T} queries and ${S} keys with ${weights.length} weights.`,
    );
  }
  let sum = 0;
  for (const t of from) for (const s of to) sum += weights[t * S + s]!;
  return sum / from.length;
}
