/**
 * Relative positions as Transformer-XL has them: a key is scored by what it says and by how far away it is.
 *
 *     score(i, j) = (q_i + u)·k_j + (q_i + v)·r_{i−j}
 *
 * u and v are learned vectors of each head, the same for every query; r is a projection of the sinusoid of the distance.
 *
 * Sources: Dai et al. 2019, "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context", 3.3 and appendix B; Yang et al. 2019,
 * "XLNet", 2.4.
 */
import { END } from '../../ops/operators/constants.ts';
import type { Ops } from '../../ops/ops.ts';
import { splitHeads } from '../heads.ts';
import { type SinusoidSettings, sinusoids } from './sinusoidal.ts';

/** q + u: a vector of each head added to the queries of that head. */
export function withHeadBias<T>(ops: Ops<T>, query: T, bias: T): T {
  return ops.add(query, ops.unsqueeze(bias, [1])); // [B, H, T, d] + [H, 1, d]
}

/**
 * Distances first, first − 1, … down to last.
 * @param first int64 []
 * @param last int64 []
 * @param clamp distances beyond are seen as this one; null for none
 * @returns int64 [R]
 */
export function distancesDown<T>(ops: Ops<T>, first: T, last: T, clamp: number | null): T {
  const one = ops.scalar(1, 'int64');
  const all = ops.range(first, ops.sub(last, one), -1);
  if (clamp === null) return all;
  return ops.max(ops.min(all, ops.scalar(clamp, 'int64')), ops.scalar(-clamp, 'int64'));
}

/** The sinusoid of a distance, [sin | cos]: int64 [R] → [R, D] */
export function distanceSinusoids<T>(ops: Ops<T>, distances: T, width: number): T {
  const settings: SinusoidSettings = { width, layout: 'half', exponent: '2i/D' };
  return sinusoids(ops, distances, settings);
}

/**
 * (q_i + v)·r for every distance of a table.
 * @param query q + v, [B, H, T, d]
 * @param table r side by side: [1, R, H·d]
 * @returns [B, H, T, R]
 */
export function scoresByDistance<T>(ops: Ops<T>, query: T, table: T, heads: number, headDim: number): T {
  return ops.matMul(query, ops.transpose(splitHeads(ops, table, heads, headDim), [0, 1, 3, 2]));
}

/**
 * From scores by distance to scores by key. Where column p stands for the distance S − p, with S keys of which the last T are the queries,
 *
 *     out(i, j) = x(i, j + T − i)
 *
 * is the score for the distance between query i and key j. Written as the paper does: the rows, seen as one line, are cut one column
 * further each. Columns that no key has come from the next row, and are hidden by the mask.
 * @param x [B, H, T, R]
 * @returns [B, H, T, R − 1]
 */
export function relativeSkew<T>(ops: Ops<T>, x: T): T {
  const [queries, columns] = [ops.dimension(x, 2), ops.dimension(x, 3)];
  const [keep, rest] = [ops.integers([0, 0]), ops.integers([-1])];
  const line = ops.reshape(x, ops.concat([keep, columns, queries], { axis: 0 })); // [B, H, R, T]
  const cut = ops.slice(line, [1], [END], [2]);
  return ops.reshape(cut, ops.concat([keep, queries, rest], { axis: 0 }));
}

/**
 * The same for a table that starts one distance later: column p stands for the distance S − 1 − p.
 * @param x [B, H, T, S]
 * @returns [B, H, T, S]
 */
export function relativeShift<T>(ops: Ops<T>, x: T): T {
  return relativeSkew(ops, ops.pad(x, [1, 0], 0, [3]));
}
