/**
 * ALiBi: attention with linear biases. A key is seen the less the further it lies behind, each head with a slope of its own.
 *
 *     bias = −m_h·(i − j)
 *
 * Softmax does not notice a number that is added to a whole row, so m_h·j, which does not depend on the query, gives the same weights: that
 * is what is added here, and it needs memory for S numbers a head in place of T·S.
 *
 * Source: Press, Smith, Lewis 2022, "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation", 3.
 */
import type { Ops } from '../../ops/ops.ts';

/**
 * Slopes as the paper and BLOOM have them: 2^(−8/n), 2^(−16/n) … for n heads, a power of two; other numbers of heads take those of the power
 * below, then every second one of the power above.
 */
export function alibiSlopes(heads: number): number[] {
  const below = 2 ** Math.floor(Math.log2(heads));
  return [...geometric(below, 8), ...geometric(2 * below, 8).filter((_, i) => i % 2 === 0)].slice(0, heads);
}

/**
 * Slopes as MPT has them: those of the power of two above, the second, fourth … first.
 * @param largest exponent of the last slope, `alibi_bias_max`
 */
export function mptSlopes(heads: number, largest = 8): number[] {
  const above = 2 ** Math.ceil(Math.log2(heads));
  const slopes = geometric(above, largest);
  if (above === heads) return slopes;
  return [...slopes.filter((_, i) => i % 2 === 1), ...slopes.filter((_, i) => i % 2 === 0)].slice(0, heads);
}

/** 2^(−largest·(i + 1)/n) */
function geometric(n: number, largest: number): number[] {
  return Array.from({ length: n }, (_, i) => 2 ** ((-largest * (i + 1)) / n));
}

/**
 * m_h·j
 * @param positions of the keys, int64 [B, S] or [1, S]
 * @param slopes m of every head, as numbers or as a value [1, H, 1, 1]
 * @returns [B, H, 1, S], to be added to the scores
 */
export function alibiBias<T>(ops: Ops<T>, positions: T, slopes: readonly number[] | T): T {
  const keys = ops.unsqueeze(ops.cast(positions, 'float32'), [1, 2]); // [B, 1, 1, S]
  return ops.mul(keys, Array.isArray(slopes) ? ops.floats(slopes as readonly number[], [1, slopes.length, 1, 1]) : (slopes as T));
}
