/**
 * Relative positions as learned keys: a vector E[i − j] for every distance is multiplied with the query, and in the fuller form with the key.
 *
 *     bias = q·E[i − j] (+ k·E[i − j])
 *
 * Sources: Shaw et al. 2018, "Self-Attention with Relative Position Representations" (`relative_key`); Huang et al. 2020, "Improve
 * Transformer Models with Better Relative Position Embeddings", method 4 (`relative_key_query`).
 */
import { embedding } from '../embedding.ts';
import type { Module } from '../module.ts';

/**
 * @param module holds `distance_embedding.weight` [2P − 1, d], row i − j + P − 1
 * @param query [B, H, T, d]
 * @param key [B, H, T, d]; null in the form without it
 * @param distance i − j, int64 [T, T]
 * @param positions P
 * @returns [B, H, T, T], before ÷√d
 */
export function relativeKeyBias<T>(module: Module<T>, query: T, key: T | null, distance: T, positions: number, headDim: number): T {
  const { ops } = module;
  const rows = ops.add(distance, ops.scalar(positions - 1, 'int64'));
  const embedded = embedding(module.at('distance_embedding'), rows, 2 * positions - 1, headDim); // [T, T, d]
  const ofQuery = ops.einsum('bhtd,tsd->bhts', query, embedded);
  return key === null ? ofQuery : ops.add(ofQuery, ops.einsum('bhsd,tsd->bhts', key, embedded));
}
