/** Runs the blocks of `model/blocks` on numbers that people typed: the reference's operators, weights by name. */
import { Builder } from '../../model/architectures/builder.ts';
import { TensorNames } from '../../model/architectures/names.ts';
import { Module } from '../../model/blocks/module.ts';
import { HeadlightError } from '../../model/errors.ts';
import { type Ops, operators } from '../../model/ops/ops.ts';
import { reference } from '../../model/ops/reference/interpreter.ts';
import type { TensorPlace } from '../../model/safetensors/header.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';

export type Numbers = readonly (readonly number[])[];

/** The reference's operators. */
export const ops: Ops<Tensor> = operators(reference);

/** Rows of numbers as float32 of any shape with as many elements. @throws HeadlightError `shape` */
export function values(rows: Numbers, shape: readonly number[]): Tensor {
  return tensor('float32', shape, Float32Array.from(rows.flat()));
}

/** A place of weights, and what the blocks in it record. */
export interface Bench {
  readonly module: Module<Tensor>;
  /** @throws HeadlightError `not-found` */
  stage(path: string): Tensor;
}

/** A module whose weights are these. */
export function benchOf(weights: Readonly<Record<string, Tensor>>): Bench {
  const places = Object.entries(weights).map(([name, { shape }]): [string, TensorPlace] => [
    name,
    { name, stored: 'F32', shape, file: '', offset: 0, length: 0 },
  ]);
  const builder = new Builder<Tensor>(new TensorNames(new Map(places), { prefix: '' }), {
    interpreter: reference,
    given: new Set(),
    weight: ({ name }) => weights[name]!,
    input: ({ name }) => {
      throw new HeadlightError('internal', `A block on its own has no input ${name}.`);
    },
  });
  return { module: new Module(builder, ''), stage: (path) => builder.stage(`stage/${path}`) };
}

/** The last two axes of a tensor as rows; leading axes have the length 1. */
export function rowsOf({ shape, data }: Tensor): number[][] {
  const columns = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / columns }, (_, row) => Array.from(data.slice(row * columns, (row + 1) * columns), Number));
}
