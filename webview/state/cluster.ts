/** Keys in an order in which those that the same queries look at stand together. */
import { type Axis, reorder } from './axis.ts';

/** Stretches of queries that a key is described by: more would tell keys apart no better, and cost more. */
const MOST_FEATURES = 64;

/**
 * A chain through the columns: it begins with the heaviest and goes on with the most similar one that is left (cosine of the weights that
 * stretches of queries give).
 * Cost: S² · min(T, 64).
 */
export function similarTogether(axis: Axis, weights: Float32Array, keys: number): Axis {
  const count = axis.groups.length;
  const { features, size } = featuresOf(axis, weights, keys);
  const mass = Array.from({ length: count }, (_, c) => features.subarray(c * size, (c + 1) * size).reduce((a, b) => a + b, 0));
  normalise(features, size);
  const left = new Set(Array.from({ length: count }, (_, c) => c));
  const order: number[] = [];
  let next = mass.indexOf(Math.max(...mass));
  while (next >= 0) {
    order.push(next);
    left.delete(next);
    next = mostSimilar(features, size, next, left);
  }
  return reorder(axis, order);
}

/** For each column the weights that stretches of queries give it. */
function featuresOf(axis: Axis, weights: Float32Array, keys: number) {
  const queries = Math.max(1, weights.length / keys);
  const size = Math.min(MOST_FEATURES, queries);
  const features = new Float64Array(axis.groups.length * size);
  for (let i = 0; i < weights.length; i++) {
    const place = axis.placeOf[i % keys]!;
    const stretch = Math.floor((Math.floor(i / keys) * size) / queries);
    if (place >= 0) features[place * size + stretch]! += Math.abs(weights[i]!);
  }
  return { features, size };
}

/** Every column to length 1; a column of zeros stays. */
function normalise(features: Float64Array, size: number): void {
  for (let from = 0; from < features.length; from += size) {
    const column = features.subarray(from, from + size);
    const length = Math.hypot(...column);
    if (length > 0) for (let n = 0; n < size; n++) column[n]! /= length;
  }
}

/** −1 when none is left. Of equally similar ones the first. */
function mostSimilar(features: Float64Array, size: number, to: number, left: ReadonlySet<number>): number {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY];
  for (const c of left) {
    let sum = 0;
    for (let n = 0; n < size; n++) sum += features[to * size + n]! * features[c * size + n]!;
    if (sum > most) [best, most] = [c, sum];
  }
  return best;
}
