/**
 * Sinusoidal positions: waves of geometrically growing length, one pair of columns each.
 *
 *     sin(p·ωᵢ), cos(p·ωᵢ)      ωᵢ = 10000^(−eᵢ),   i = 0 … D/2 − 1
 *
 * Three tables go by this name, and they differ from the second column on:
 *
 * | layout        | columns                   | eᵢ            | models                                        |
 * | ------------- | ------------------------- | ------------- | --------------------------------------------- |
 * | `interleaved` | sin₀, cos₀, sin₁, cos₁, … | 2i/D          | the 2017 paper                                |
 * | `half`        | sin₀, sin₁, … cos₀, cos₁, … | 2i/D        | CTRL, Marian, Transformer-XL (of distances)   |
 * | `half`        | the same                  | i/(D/2 − 1)   | fairseq, FSMT, tensor2tensor, Whisper         |
 *
 * Sources: Vaswani et al. 2017, "Attention Is All You Need", 3.5; tensor2tensor's `get_timing_signal_1d` for the last.
 */
import { HeadlightError } from '../../errors.ts';
import type { Ops } from '../../ops/ops.ts';

export interface SinusoidSettings {
  /** D, even */
  readonly width: number;
  readonly layout: 'interleaved' | 'half';
  /** eᵢ: `2i/D`, or `i/(D/2-1)` with which the last ω is exactly 1/10000. */
  readonly exponent: '2i/D' | 'i/(D/2-1)';
  readonly base?: number;
}

/**
 * @param positions of any element type, [..]
 * @returns float32 [.., D]
 * @throws HeadlightError `unsupported` when D is odd
 */
export function sinusoids<T>(ops: Ops<T>, positions: T, settings: SinusoidSettings): T {
  const angles = ops.mul(ops.unsqueeze(ops.cast(positions, 'float32'), [-1]), ops.floats(sinusoidFrequencies(settings))); // [.., D/2]
  const [sin, cos] = [ops.sin(angles), ops.cos(angles)];
  if (settings.layout === 'half') return ops.concat([sin, cos], { axis: -1 });
  const pairs = ops.concat([ops.unsqueeze(sin, [-1]), ops.unsqueeze(cos, [-1])], { axis: -1 }); // [.., D/2, 2]
  return ops.reshape(pairs, ops.concat([ops.shape(positions), ops.integers([settings.width])], { axis: 0 }));
}

/** ω of every pair of columns: D/2 numbers. @throws HeadlightError `unsupported` when D is odd */
export function sinusoidFrequencies({ width, exponent, base = 10_000 }: SinusoidSettings): number[] {
  if (width % 2 !== 0) throw new HeadlightError('unsupported', `Sinusoidal positions need an even width; this model's is ${width}.`);
  const half = width / 2;
  const steps = exponent === '2i/D' ? half : Math.max(half - 1, 1);
  return Array.from({ length: half }, (_, i) => base ** (-i / steps));
}
