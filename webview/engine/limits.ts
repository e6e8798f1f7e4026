/** Weights in bytes, up to which a model fits twice into the 4 GB that wasm has. */
export const TWICE_LIMIT = 1.7 * 2 ** 30;
