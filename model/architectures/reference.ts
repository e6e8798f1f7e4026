/**
 * A checkpoint computed by the reference: the same definition as the emitted graph, with numbers in place of names.
 */
import { Module } from '../blocks/module.ts';
import { reference } from '../ops/reference/interpreter.ts';
import type { Checkpoint } from '../safetensors/checkpoint.ts';
import { readTensor } from '../safetensors/values.ts';
import type { Tensor } from '../tensor.ts';
import { Builder } from './builder.ts';
import { emitModel } from './emit.ts';
import { fillInputs } from './fill.ts';
import { TensorNames } from './names.ts';
import { familyOf } from './registry.ts';

export interface ReferenceOptions {
  /** Stages that are kept; `all` for every one. Outputs are always kept, as `output/<name>`. */
  readonly stages?: readonly string[] | 'all';
}

/**
 * Runs a checkpoint in the reference. Every weight that the model uses is read into memory.
 * @param inputs by name; those left out are filled as their declaration says
 * @returns the outputs under `output/<name>`, and the stages that were asked for under their names
 * @throws HeadlightError as `emitModel`; `input` when an input is missing that only the user can give
 */
export async function runReference(
  checkpoint: Checkpoint,
  inputs: Readonly<Record<string, Tensor>>,
  { stages = [] }: ReferenceOptions = {},
): Promise<Map<string, Tensor>> {
  const given = Object.keys(inputs);
  const plan = emitModel(checkpoint, { given });
  const weights = await readWeights(checkpoint, plan.used);
  const filled = fillInputs(plan.inputs, inputs);
  const family = familyOf(checkpoint.config);
  const builder = new Builder<Tensor>(new TensorNames(checkpoint.tensors, family), {
    interpreter: reference,
    given: new Set(given),
    weight: (place) => weights.get(place.name)!,
    input: ({ name }) => filled[name]!,
  });
  family.build(new Module(builder, ''), checkpoint.config);
  return results(builder, stages);
}

async function readWeights(checkpoint: Checkpoint, used: readonly string[]): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const name of used) {
    const place = checkpoint.tensors.get(name)!;
    weights.set(name, await readTensor(checkpoint.folder.open(place.file), place));
  }
  return weights;
}

function results(builder: Builder<Tensor>, stages: readonly string[] | 'all'): Map<string, Tensor> {
  const kept = new Map<string, Tensor>();
  for (const [name, value] of builder.outputs) kept.set(`output/${name}`, value);
  for (const stage of stages === 'all' ? builder.stages.keys() : stages) kept.set(stage, builder.stage(stage));
  return kept;
}
