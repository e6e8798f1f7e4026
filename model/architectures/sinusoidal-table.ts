/** Sinusoidal positions of encoder–decoders: a table that files may hold, or leave to be computed. */
import type { Module } from '../blocks/module.ts';
import { type SinusoidSettings, sinusoids } from '../blocks/positions/sinusoidal.ts';

/**
 * The table's rows as stored where the file has it, else as computed.
 * @param positions int64 [..]
 * @param rows length of the stored table
 * @returns [.., D]; weight `weight` [rows, D], if there is one
 */
export function tableOfSinusoids<T>(module: Module<T>, positions: T, rows: number, settings: SinusoidSettings): T {
  const { ops } = module;
  if (module.has('weight')) return ops.gather(module.weight('weight', [rows, settings.width]), positions);
  return sinusoids(ops, positions, settings);
}
