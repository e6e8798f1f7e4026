/** How a weight comes about, number by number: q·k, scale, mask, score, softmax. Pure. */
import type { HeadScores, HeadVectors } from '../../../model/protocol/engine.ts';

/** One key as a query sees it. What the run does not tell is null. */
export interface KeySum {
  /** Σ_d q_d · k_d */
  readonly dot: number;
  /** dot · scale */
  readonly scaled: number | null;
  /** What is added before softmax (mask, position bias, cap): score − scaled. */
  readonly added: number | null;
  readonly score: number | null;
  readonly weight: number;
}

/** q_d · k_d for every dimension of a query and a key. */
export function products({ q, k, headDim: d }: HeadVectors, query: number, key: number): Float32Array {
  const out = new Float32Array(d);
  for (let i = 0; i < d; i++) out[i] = q[query * d + i]! * k[key * d + i]!;
  return out;
}

/** The sums of one query against one key. @param weights [T, S] */
export function keySum(
  vectors: HeadVectors,
  scores: HeadScores | null,
  weights: Float32Array,
  keys: number,
  query: number,
  key: number,
): KeySum {
  const { q, k, headDim: d, scale } = vectors;
  let dot = 0;
  for (let i = 0; i < d; i++) dot += q[query * d + i]! * k[key * d + i]!;
  const scaled = scale === null ? null : dot * scale;
  const score = scores ? scores.scores[query * keys + key]! : null;
  const added = scaled === null || score === null ? null : beyondRounding(score - scaled, score);
  return { dot, scaled, added, score, weight: weights[query * keys + key]! };
}

/** The engine sums in float32, this file in float64: what is no more than that difference is nothing added. */
const ROUNDING = 1e-5;
const beyondRounding = (added: number, score: number): number => (Math.abs(added) <= ROUNDING * Math.max(1, Math.abs(score)) ? 0 : added);

/** Dimensions by their share in what the query gathers, largest first: |Σ_s α_s · q_d · k_sd|. */
export function byContribution(vectors: HeadVectors, weights: Float32Array, keys: number, query: number): number[] {
  const { q, k, headDim: d } = vectors;
  const share = new Float64Array(d);
  for (let key = 0; key < keys; key++) {
    const weight = weights[query * keys + key]!;
    if (weight === 0) continue;
    for (let i = 0; i < d; i++) share[i]! += weight * q[query * d + i]! * k[key * d + i]!;
  }
  return Array.from(share, (_, i) => i).sort((a, b) => Math.abs(share[b]!) - Math.abs(share[a]!));
}

/** Largest |value| of a part of an array; 1e-30 where all are 0, so that it can divide. */
export function largestOf(values: Float32Array, from = 0, to = values.length): number {
  let top = 1e-30;
  for (let i = from; i < to; i++) top = Math.max(top, Math.abs(values[i]!));
  return top;
}
