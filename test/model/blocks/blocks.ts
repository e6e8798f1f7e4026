/**
 * Blocks on their own: modules whose weights are the tensors of a golden file, computed by the reference.
 */
import { Builder } from '../../../model/architectures/builder.ts';
import { TensorNames } from '../../../model/architectures/names.ts';
import { Module } from '../../../model/blocks/module.ts';
import { operators } from '../../../model/ops/ops.ts';
import { reference } from '../../../model/ops/reference/interpreter.ts';
import type { TensorPlace } from '../../../model/safetensors/header.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import { fixture, Goldens } from '../goldens.ts';

/** Of a single block: float32 rounding, and another order of additions. */
export const TOLERANCE = { rtol: 1e-5, atol: 1e-6 };

/** The reference's operators. */
export const ops = operators(reference);

/** Goldens of one of the building blocks. */
export function classic(topic: string): Goldens {
  return Goldens.read(fixture('checkpoints', 'classic', topic, 'golden.safetensors'));
}

const STORED: Partial<Record<DType, string>> = { float32: 'F32', int64: 'I64', uint8: 'U8' };

/** A builder whose weights are the tensors of `goldens` under `prefix`; `new Module(builder, '')` is the place of all of them. */
export function builderOf(goldens: Goldens, prefix = ''): Builder<Tensor> {
  return builderWith(goldens.under(prefix));
}

/** Where weights would lie in a file: names, types and shapes are what a builder asks for. */
export function placesOf(weights: ReadonlyMap<string, Tensor>): Map<string, TensorPlace> {
  const place = (name: string, { dtype, shape }: Tensor): TensorPlace => ({
    ...{ name, stored: STORED[dtype] ?? dtype, shape },
    ...{ file: '', offset: 0, length: 0 },
  });
  return new Map([...weights].map(([name, weight]) => [name, place(name, weight)]));
}

/** A builder with these weights. */
export function builderWith(weights: ReadonlyMap<string, Tensor>): Builder<Tensor> {
  const input = (): never => {
    throw new Error('a block has no inputs of its own');
  };
  return new Builder(new TensorNames(placesOf(weights), { prefix: '' }), {
    interpreter: reference,
    given: new Set(),
    weight: (place) => weights.get(place.name)!,
    input,
  });
}

/** The tensors of `goldens` under `prefix`, as a module. */
export function moduleOf(goldens: Goldens, prefix = ''): Module<Tensor> {
  return new Module(builderOf(goldens, prefix), '');
}
