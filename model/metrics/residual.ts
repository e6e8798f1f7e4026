import { HeadlightError } from '../errors.ts';

/**
 * One layer's attention as a map of how information moves: the mean over its heads, and half of everything staying where it is.
 *
 * Formula: Â = ½ · mean_h A_h + ½ · I, every row divided by its sum (fully masked rows stay on their own token).
 * @param weights [H, T, T], as the model used them
 * @returns [T, T], rows sum to 1
 * @throws HeadlightError `shape` when `weights` is not H·T·T long
 * Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers, section 3.
 */
export function withResidual(weights: Float32Array, H: number, T: number): Float64Array {
  if (weights.length !== H * T * T) {
    throw new HeadlightError('shape', `${H} heads over ${T} tokens have ${H * T * T} weights, but ${weights.length} were given.`);
  }
  const map = new Float64Array(T * T);
  for (let n = 0; n < weights.length; n++) map[n % (T * T)]! += (0.5 * weights[n]!) / H;
  for (let t = 0; t < T; t++) {
    map[t * T + t]! += 0.5;
    let sum = 0;
    for (let s = 0; s < T; s++) sum += map[t * T + s]!;
    for (let s = 0; s < T; s++) map[t * T + s]! /= sum;
  }
  return map;
}
