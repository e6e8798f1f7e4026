/**
 * Embedding: row i of a table, which is the product with a one-hot vector.
 *
 * Source: `torch.nn.Embedding`.
 */
import type { Module } from './module.ts';

/**
 * @param indices int64 [..]
 * @param rows V, the number of entries
 * @param width D
 * @returns [.., D]; weight `weight` [V, D]
 */
export function embedding<T>(module: Module<T>, indices: T, rows: number, width: number): T {
  return module.record(module.ops.gather(module.weight('weight', [rows, width]), indices));
}

/**
 * The output side of a tied embedding: logits = x·Eᵀ.
 * @param x [.., D]
 * @param table [V, D]
 * @returns [.., V]
 */
export function unembed<T>(module: Module<T>, x: T, table: T): T {
  return module.ops.matMul(x, module.ops.transpose(table, [1, 0]));
}
