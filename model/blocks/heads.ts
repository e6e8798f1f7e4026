/**
 * Heads: a vector of width H·d is H vectors of width d.
 *
 * Source: Vaswani et al. 2017, "Attention Is All You Need", 3.2.2; groups of heads that share key and value: Shazeer 2019, Ainslie et al. 2023.
 */
import type { Ops } from '../ops/ops.ts';

/**
 * @param x [B, T, H·d]
 * @returns [B, H, T, d]
 */
export function splitHeads<T>(ops: Ops<T>, x: T, heads: number, headDim: number): T {
  return ops.transpose(ops.reshape(x, [0, 0, heads, headDim]), [0, 2, 1, 3]);
}

/**
 * @param x [B, H, T, d]
 * @returns [B, T, H·d]
 */
export function mergeHeads<T>(ops: Ops<T>, x: T, heads: number, headDim: number): T {
  return ops.reshape(ops.transpose(x, [0, 2, 1, 3]), [0, 0, heads * headDim]);
}

/**
 * Gives every query head its key or value: head h uses group ⌊h / (H/G)⌋.
 * @param x [B, G, S, d]
 * @returns [B, H, S, d]
 */
export function repeatHeads<T>(ops: Ops<T>, x: T, groups: number, heads: number): T {
  if (groups === heads) return x;
  const each = Array.from({ length: heads }, (_, head) => Math.floor((head * groups) / heads));
  return ops.gather(x, each, { axis: 1 });
}
