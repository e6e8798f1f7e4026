/** From the weights of tokens to the cells that are shown: several heads averaged, tokens joined to words, special tokens left out. */
import type { Cells } from '../draw/cells.ts';
import type { Axis } from './axis.ts';

/** Mean of maps of one size: Σ maps ÷ number. */
export function meanOf(maps: readonly Float32Array[]): Float32Array {
  const [first] = maps;
  if (!first || maps.length === 1) return first ?? new Float32Array(0);
  const mean = new Float32Array(first.length);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const map of maps) sum += map[i]!;
    mean[i] = sum / maps.length;
  }
  return mean;
}

/** a − b, cell by cell. */
export function differenceOf(a: Float32Array, b: Float32Array): Float32Array {
  const difference = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) difference[i] = a[i]! - b[i]!;
  return difference;
}

export interface Regrouped {
  readonly cells: Cells;
  /** For each row the weight that goes to keys that are not shown. Shown + hidden = the row's sum. */
  readonly hidden: Float32Array;
}

/**
 * Joins tokens: the weight *to* a word is the sum over its tokens, the weight *from* a word the mean over its tokens, so that a
 * row still sums to what its tokens sum to. Nothing is renormalised.
 * Source: Clark et al. 2019, "What Does BERT Look At?", section 4.1.
 * @param weights [T, S]
 */
export function regroup(weights: Float32Array, keys: number, rows: Axis, columns: Axis): Regrouped {
  const [R, C] = [rows.groups.length, columns.groups.length];
  const data = new Float32Array(R * C);
  const hidden = new Float32Array(R);
  const sums = new Float64Array(C);
  for (let row = 0; row < R; row++) {
    const tokens = rows.groups[row]!;
    let away = 0;
    sums.fill(0);
    for (const query of tokens) {
      for (let key = 0; key < keys; key++) {
        const place = columns.placeOf[key]!;
        const weight = weights[query * keys + key]!;
        if (place < 0) away += weight;
        else sums[place]! += weight;
      }
    }
    for (let column = 0; column < C; column++) data[row * C + column] = sums[column]! / tokens.length;
    hidden[row] = away / tokens.length;
  }
  return { cells: { data, rows: R, columns: C }, hidden };
}

/** True when every row and column is the token of its own number: nothing needs to be copied. */
export const isPlain = (axis: Axis): boolean =>
  axis.groups.length === axis.placeOf.length && axis.groups.every((g, i) => g.length === 1 && g[0] === i);

/** What a threshold leaves out of each row, added to `hidden`. */
export function belowThreshold(cells: Cells, threshold: number, hidden: Float32Array): Float32Array {
  if (threshold <= 0) return hidden;
  const mass = Float32Array.from(hidden);
  for (let row = 0; row < cells.rows; row++) {
    let sum = 0;
    for (let column = 0; column < cells.columns; column++) {
      const weight = Math.abs(cells.data[row * cells.columns + column]!);
      if (weight < threshold) sum += weight;
    }
    mass[row] = mass[row]! + sum;
  }
  return mass;
}
