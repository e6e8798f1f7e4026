/**
 * A checkpoint as an ONNX graph whose weights stay where they are.
 */
import type { InputSpec } from '../blocks/module.ts';
import { Module } from '../blocks/module.ts';
import type { onnx } from '../onnx/proto.js';
import { type Emit, emit } from '../ops/emit.ts';
import type { Checkpoint } from '../safetensors/checkpoint.ts';
import { Builder } from './builder.ts';
import type { CacheSlot } from './cache.ts';
import { TensorNames } from './names.ts';
import { familyOf } from './registry.ts';
import { type EmittedSite, isShown } from './sites.ts';

export interface EmitModelOptions {
  /** Optional inputs that the run will give (XLNet's `perm_mask`). */
  readonly given?: readonly string[];
  /** Stages that become readable as probes of the same name; `all` for every one. */
  readonly stages?: readonly string[] | 'all';
  /** Writes the model that reads on from a cache. */
  readonly cached?: boolean;
}

export interface EmittedModel {
  /** Some kB: nodes, small constants, and where the weights lie. */
  readonly model: onnx.ModelProto;
  /** For further probes: `emitter.probe(name, value)`, then `emitter.model()`. */
  readonly emitter: Emit;
  /** Every place of attention, with the names of its values. */
  readonly sites: readonly EmittedSite[];
  readonly inputs: readonly InputSpec[];
  /** Caches that it takes and gives; empty unless it reads on. */
  readonly caches: readonly CacheSlot[];
  /** Names of the outputs, probes left out. */
  readonly outputs: readonly string[];
  /** Name of the value of every stage. */
  readonly stages: ReadonlyMap<string, string>;
  /** Files that the weights lie in, relative to the folder. */
  readonly files: readonly string[];
  /** Stored tensors that the model uses, and those that it does not. */
  readonly used: readonly string[];
  readonly unused: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Writes the graph of a checkpoint.
 * @throws HeadlightError `unsupported` for a family or an option that is not known, `format` and `shape` where configuration and weights disagree
 */
export function emitModel(checkpoint: Checkpoint, { given = [], stages = [], cached = false }: EmitModelOptions = {}): EmittedModel {
  const family = familyOf(checkpoint.config);
  const names = new TensorNames(checkpoint.tensors, family);
  const emitter = emit({ name: checkpoint.config.text(['model_type', '_class_name']) });
  const builder = new Builder<string>(names, {
    interpreter: emitter,
    given: new Set(given),
    cached,
    weight: (place, dtype) =>
      emitter.weight(place.name, dtype, place.shape, { path: place.file, offset: place.offset, length: place.length }),
    input: ({ name, dtype, shape }) => emitter.input(name, dtype, shape),
  });
  family.build(new Module(builder, ''), checkpoint.config);
  for (const [name, value] of builder.outputs) emitter.output(name, value, 'float32');
  for (const stage of stages === 'all' ? builder.stages.keys() : stages) emitter.probe(stage, builder.stage(stage));
  const { inputs, warnings } = builder;
  const sites = builder.sites.filter(isShown);
  const used = names.usedNames();
  const files = [...new Set(used.map((name) => checkpoint.tensors.get(name)!.file))];
  return {
    ...{ model: emitter.model(), emitter, sites, inputs, warnings, files, used },
    ...{ caches: builder.cache?.slots ?? [], stages: builder.stages, outputs: [...builder.outputs.keys()], unused: names.unused() },
  };
}
