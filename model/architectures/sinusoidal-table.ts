/** Sinusoidal positions of encoder–decoders: a table that files may hold, or leave to be computed. */
import type { Module } from '../blocks/module.ts';
import { type SinusoidSettings, sinusoids } from '../blocks/positions/sinusoidal.ts';

/**
 * The table's rows as stored where the file has it, else as computed.
 * @param positions int64 [..]
 * @param rows length of the stored table
 * @param padding the row of padding, which is zero; null where there is none
 * @returns [.., D]; weight `weight` [rows, D], if there is one
 */
export function tableOfSinusoids<T>(
  module: Module<T>,
  positions: T,
  rows: number,
  settings: SinusoidSettings,
  padding: number | null = null,
): T {
  const { ops } = module;
  if (module.has('weight')) return ops.gather(module.weight('weight', [rows, settings.width]), positions);
  const waves = sinusoids(ops, positions, settings);
  if (padding === null) return waves;
  const isPadding = ops.equal(positions, ops.scalar(padding, 'int64'));
  return ops.where(ops.unsqueeze(isPadding, [-1]), 0, waves);
}
