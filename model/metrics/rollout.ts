import { withResidual } from './residual.ts';

/**
 * Attention rollout: how much of each input token is in each position after every layer, if attention alone mixed them.
 *
 * Formula: R₀ = I, R_l = Â_l · R_{l−1}, with Â as in `withResidual`.
 * @param layers weights of layers 0 … L−1 of one stack, each [H, T, T]
 * @returns L maps [T, T]: row t after layer l says what position t is made of; rows sum to 1
 * @throws HeadlightError `shape` when a layer is not H·T·T long
 * Cost: L·T³.
 * Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers, section 3.1.
 */
export function rollout(layers: readonly Float32Array[], H: number, T: number): Float32Array[] {
  let mixed = unmixed(T);
  return layers.map((weights) => {
    mixed = rolloutStep(mixed, weights, H, T);
    return Float32Array.from(mixed);
  });
}

/** R₀: every position is made of its own token. */
export function unmixed(T: number): Float64Array {
  const mixed = new Float64Array(T * T);
  for (let t = 0; t < T; t++) mixed[t * T + t] = 1;
  return mixed;
}

/** R_l of R_{l−1} and one layer's weights [H, T, T], for those who go layer by layer. @throws HeadlightError `shape` as `rollout`. Cost: T³. */
export function rolloutStep(mixed: Float64Array, weights: Float32Array, H: number, T: number): Float64Array {
  return product(withResidual(weights, H, T), mixed, T);
}

/** a · b, [T, T] each. */
function product(a: Float64Array, b: Float64Array, T: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(T * T);
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < T; k++) {
      const weight = a[t * T + k]!;
      if (weight === 0) continue;
      for (let s = 0; s < T; s++) out[t * T + s]! += weight * b[k * T + s]!;
    }
  }
  return out;
}
