/**
 * One projection that holds query, key and value: how they lie in it differs from model to model.
 *
 * Source: the code published with GPT-NeoX, BLOOM and Falcon.
 */
import type { Ops } from '../ops/ops.ts';
import type { Heads } from './attention.ts';
import { splitHeads } from './heads.ts';

/**
 * [q | k | v], each of all heads (GPT-2, MPT).
 * @param joint [B, T, 3·H·d]
 */
export function splitThirds<T>(ops: Ops<T>, joint: T, heads: number, headDim: number): Heads<T> {
  const [query, key, value] = ops.split(joint, 3, { axis: -1 }).map((part) => splitHeads(ops, part, heads, headDim)) as [T, T, T];
  return { query, key, value };
}

/**
 * q, k, v of the first head, then of the second … (GPT-NeoX, BLOOM).
 * @param joint [B, T, H·3·d]
 */
export function splitInterleaved<T>(ops: Ops<T>, joint: T, heads: number, headDim: number): Heads<T> {
  return splitGroups(ops, joint, { heads, groups: heads, headDim });
}

/**
 * Group after group, each with the queries of its heads, then its key and its value (Falcon); with one group that is [q of all heads | k | v].
 * @param joint [B, T, G·(H/G + 2)·d]
 * @returns query [B, H, T, d], key and value [B, G, T, d]
 */
export function splitGroups<T>(
  ops: Ops<T>,
  joint: T,
  { heads, groups, headDim }: { readonly heads: number; readonly groups: number; readonly headDim: number },
): Heads<T> {
  const each = heads / groups;
  const grouped = ops.reshape(joint, [0, 0, groups, each + 2, headDim]); // [B, T, G, H/G + 2, d]
  const parts = ops.split(grouped, [each, 1, 1], { axis: 3 }) as [T, T, T];
  const [query, key, value] = parts.map((part, i) => splitHeads(ops, part, i === 0 ? heads : groups, headDim)) as [T, T, T];
  return { query, key, value };
}
