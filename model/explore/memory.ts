/**
 * What a run of T tokens takes, in bytes, beside the weights.
 *
 *     cache of keys and values   Σ over self-attention of the decoder: 2 · G · d · T · b      b: bytes of one number
 *     attention weights          Σ over all places: H · T² · 4                                where a run keeps them
 *
 * Lower bounds by shape: what a runtime needs for its own buffers comes on top.
 */
import type { SiteFacts } from '../protocol/engine.ts';

export interface Memory {
  /** Keys and values for T tokens in float32 and in float16; null for a model that never attends causally. */
  readonly cache32: number | null;
  readonly cache16: number | null;
  readonly attention: number;
}

/** @param T tokens of the run */
export function memoryOf(sites: readonly SiteFacts[], T: number): Memory {
  const cached = sites.filter(({ causal, headDim }) => causal && headDim !== null);
  const numbers = cached.reduce((sum, { kvHeads, headDim, window }) => sum + 2 * kvHeads * headDim! * Math.min(T, window ?? T), 0);
  return {
    cache32: cached.length > 0 ? numbers * 4 : null,
    cache16: cached.length > 0 ? numbers * 2 : null,
    attention: sites.reduce((sum, { heads }) => sum + heads * T * T * 4, 0),
  };
}
