/**
 * Masks say what a query may see: boolean, true = attend, and they broadcast to [B, H, T, S].
 *
 * Source: Vaswani et al. 2017, 3.2.3 (causal); Beltagy et al. 2020, "Longformer" (window).
 */
import type { Ops } from '../ops/ops.ts';

/**
 * 0, 1, … n − 1 along an axis of x.
 * @returns int64 [n]
 */
export function countAlong<T>(ops: Ops<T>, x: T, axis: number): T {
  return ops.range(0, ops.squeeze(ops.dimension(x, axis)));
}

/**
 * How far a key lies behind its query: i − j.
 * @param queries positions of the queries, int64 [T]
 * @param keys positions of the keys, int64 [S]
 * @returns int64 [T, S]
 */
export function distances<T>(ops: Ops<T>, queries: T, keys: T): T {
  return ops.sub(ops.unsqueeze(queries, [1]), ops.unsqueeze(keys, [0]));
}

/**
 * A query sees itself and what came before: j ≤ i.
 * @param distance i − j, int64 [T, S]
 * @returns bool [T, S]
 */
export function causalMask<T>(ops: Ops<T>, distance: T): T {
  return ops.greaterOrEqual(distance, ops.scalar(0, 'int64'));
}

/**
 * A query sees itself and the window − 1 keys before it: i − window < j.
 * @param distance i − j, int64 [T, S]
 * @returns bool [T, S]
 */
export function windowMask<T>(ops: Ops<T>, distance: T, window: number): T {
  return ops.less(distance, ops.scalar(window, 'int64'));
}

/**
 * A query sees keys on both sides up to `reach` away: |i − j| ≤ reach.
 * @param distance i − j, int64 [T, S]
 * @returns bool [T, S]
 */
export function nearMask<T>(ops: Ops<T>, distance: T, reach: number): T {
  return ops.lessOrEqual(ops.abs(distance), ops.scalar(reach, 'int64'));
}

/**
 * Padding is seen by nobody.
 * @param attentionMask int64 [B, S], 1 = a token, 0 = padding
 * @returns bool [B, 1, 1, S]
 */
export function paddingMask<T>(ops: Ops<T>, attentionMask: T): T {
  return ops.unsqueeze(ops.cast(attentionMask, 'bool'), [1, 2]);
}

/**
 * Positions that count tokens and not padding, from 0: padding before the text does not move it.
 * @param attentionMask int64 [B, T], 1 = a token, 0 = padding
 * @returns int64 [B, T]; padding has −1
 */
export function textPositions<T>(ops: Ops<T>, attentionMask: T): T {
  const counted = ops.mul(ops.cumSum(attentionMask, 1), attentionMask); // 1, 2 … of tokens, 0 of padding
  return ops.sub(counted, ops.scalar(1, 'int64'));
}

/**
 * What a decoder sees of itself: causal, without padding, and where said within a window.
 * @param attentionMask int64 [B, T], 1 = a token, 0 = padding
 * @param window see `windowMask`; null for none
 * @returns bool [B, 1, T, T]
 */
export function causalPaddingMask<T>(ops: Ops<T>, attentionMask: T, window: number | null = null): T {
  const positions = countAlong(ops, attentionMask, 1);
  const distance = distances(ops, positions, positions);
  const causal = causalMask(ops, distance);
  return ops.and(paddingMask(ops, attentionMask), window === null ? causal : ops.and(causal, windowMask(ops, distance, window)));
}
