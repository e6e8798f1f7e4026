/** A model from a checkpoint: its graph is written from the configuration, its weights stay in the safetensors files. */
import { MEMORY, PAST_LENGTH } from '../../model/architectures/cache.ts';
import { describeCheckpoint } from '../../model/architectures/describe.ts';
import { type EmittedModel, emitModel } from '../../model/architectures/emit.ts';
import { fillInputs } from '../../model/architectures/fill.ts';
import { knownSites } from '../../model/architectures/known-sites.ts';
import { runReference } from '../../model/architectures/reference.ts';
import { findAttention, type Weights } from '../../model/attention/index.ts';
import type { InputSpec } from '../../model/blocks/module.ts';
import { HeadlightError } from '../../model/errors.ts';
import { type EncoderResult, type FeedPlan, type Feeds, inputFacts, makeFeeds, planFeeds } from '../../model/onnx/feeds.ts';
import { readModelConfig } from '../../model/onnx/folder.ts';
import { Graph } from '../../model/onnx/graph.ts';
import type { InputFacts, RunParams } from '../../model/protocol/engine.ts';
import { type Checkpoint, openCheckpoint } from '../../model/safetensors/checkpoint.ts';
import type { ModelFolder } from '../../model/source.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import type { Computed, OpenedFiles, OpenPart } from './opening.ts';
import type { Part } from './part.ts';
import { breathe, type CancelSignal } from './queue.ts';
import type { NextGraph, ReadParams, ReadsOn } from './reading-on.ts';
import { computeGraph } from './reference.ts';

/**
 * @param entry a safetensors file or an index, or '' for the folder's own
 * @param given optional inputs that the run will give
 * @throws HeadlightError for a family that is not known, and whatever is wrong with configuration or weights
 */
export async function openWeights(
  folder: ModelFolder,
  entry: string,
  given: readonly string[],
  token: CancelSignal | undefined,
): Promise<OpenedFiles> {
  const checkpoint = await openCheckpoint(folder, entry);
  await breathe(token);
  const emitted = emitModel(checkpoint, { given });
  const found = findAttention(emitted.model);
  const config = await readModelConfig(folder, checkpoint.weights);
  const plan = planFeeds(new Graph(emitted.model.graph!), config);
  const part: OpenPart = {
    name: checkpoint.weights,
    role: 'model',
    folder,
    found: { ...found, sites: knownSites(emitted, found.sites) },
    inputs: inputsOf(plan, emitted),
    config: checkpoint.config.values,
    problem: null,
    stages: stageNames(emitted),
    feeds: (params) => feedsOf(plan, emitted, params),
    // The blocks compute in one go; where a cancel may come, the graph that they wrote is computed node by node instead.
    compute: (feeds, call) => (call.token ? computeGraph(part, feeds, call) : compute(checkpoint, emitted, feeds)),
  };
  return {
    parts: [part],
    facts: describeCheckpoint(checkpoint),
    warnings: emitted.warnings,
    config,
    readsOn: readingOn(checkpoint, emitted, given),
  };
}

/** The family's blocks, written once more to read on from a cache. */
function readingOn(checkpoint: Checkpoint, { outputs }: EmittedModel, given: readonly string[]): ReadsOn {
  const memory = outputs.find((name) => name === 'encoder_last_hidden_state') ?? null;
  return { how: 'other', open: async () => nextGraph(checkpoint, emitModel(checkpoint, { given, cached: true }), memory) };
}

function nextGraph({ weights, folder, config }: Checkpoint, emitted: EmittedModel, memory: string | null): NextGraph {
  assertSteady(config);
  const part: Part = { name: weights, folder, found: { model: emitted.model, sites: [], refused: [], warnings: [] } };
  const caches = emitted.caches.map(({ past, present, fixed }) => ({ past, present: fixed ? null : present, first: present }));
  const pasts = new Set(caches.map(({ past }) => past));
  const own = emitted.inputs.filter(({ name }) => !pasts.has(name));
  const empty = Object.fromEntries(emitted.inputs.filter(({ name }) => pasts.has(name)).map(({ name, shape }) => [name, emptyOf(shape)]));
  const feeds = ({ params, read, encoder }: ReadParams): Feeds => {
    const values = fillInputs(own, givenOf(own, params, read, encoder));
    return { feeds: read === 0 ? { ...values, ...empty } : values, warnings: [], padding: 0 };
  };
  return { part, caches, begins: true, memory, feeds };
}

/** What a step that reads on is given; masks and positions fill themselves. */
function givenOf(inputs: readonly InputSpec[], { ids, targetIds, typeIds, raw }: RunParams, read: number, encoder: EncoderResult | null) {
  const row = (values: readonly number[] | undefined) => values && tensor('int64', [1, values.length], BigInt64Array.from(values, BigInt));
  const given: Readonly<Record<string, Tensor | undefined>> = {
    ...{ input_ids: row(ids), decoder_input_ids: row(targetIds), token_type_ids: row(typeIds) },
    [PAST_LENGTH]: tensor('int64', [1], BigInt64Array.of(BigInt(read))),
    [MEMORY]: encoder ? (read === 0 ? encoder.states : withoutRows(encoder.states)) : undefined,
    ...raw,
  };
  return Object.fromEntries(inputs.flatMap(({ name }) => (given[name] ? [[name, given[name]] as const] : [])));
}

/** Keys or values of no token, in a batch of one. */
function emptyOf(shape: InputSpec['shape']): Tensor {
  const [, heads, , width] = shape;
  return tensor('float32', [1, Number(heads), 0, Number(width)], new Float32Array(0));
}

/** The names of every value that is a stage; the graph may have the same value under several. */
function stageNames({ stages }: EmittedModel): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [stage, value] of stages) names.set(value, [...(names.get(value) ?? []), stage]);
  return names;
}

/** What the graph declares as filled in is not asked for. */
function inputsOf(plan: FeedPlan, { inputs }: EmittedModel): InputFacts[] {
  const filled = new Map(inputs.map(({ name, fill }) => [name, fill.by]));
  return inputFacts(plan).map((input) => {
    const by = filled.get(input.name);
    return input.filledBy === null && by && by !== 'user' ? { ...input, filledBy: by === 'count' ? '0, 1, 2, …' : 'a constant' } : input;
  });
}

/** Texts, masks and pictures by the roles of the inputs; what has none as the family declares it. */
function feedsOf(plan: FeedPlan, { inputs }: EmittedModel, params: RunParams): Feeds {
  const silent = params.ids === undefined && params.pixelValues !== undefined && inputs.some(canGoWithout);
  const declared = new Set(inputs.filter((input) => input.fill.by !== 'user' || canGoWithout(input)).map(({ name }) => name));
  const counted = new Set(inputs.filter(({ fill }) => fill.by === 'count').map(({ name }) => name));
  const asked = plan.inputs.filter(
    ({ role, name }) => params.raw?.[name] || (role !== null && !counted.has(name) && !(silent && declared.has(name))),
  );
  const made = makeFeeds({ ...plan, inputs: asked }, params);
  const warnings = silent ? [...made.warnings, 'There is no text: the text tower read its end token alone.'] : made.warnings;
  return { ...made, warnings, feeds: fillInputs(inputs, made.feeds) };
}

/** Whether a model may be run without what only the user can say: the text of a model that is shown a picture. */
function canGoWithout({ fill }: InputSpec): boolean {
  return fill.by === 'user' && fill.otherwise !== undefined;
}

/** The blocks themselves, computing instead of writing a graph. */
async function compute(checkpoint: Checkpoint, { sites }: EmittedModel, feeds: Readonly<Record<string, Tensor>>): Promise<Computed> {
  const keys = sites.map(({ kind, layer }) => `${kind}/${layer}`);
  const stageOf = (key: string) => `attention/${key}/weights`;
  const values = await runReference(checkpoint, feeds, { stages: keys.map(stageOf) });
  const outputs = [...values].filter(([name]) => name.startsWith('output/'));
  return {
    outputs: new Map(outputs.map(([name, value]) => [name.slice('output/'.length), value])),
    weights: new Map(keys.map((key) => [key, asWeights(values.get(stageOf(key))!)])),
  };
}

function asWeights({ shape, data }: Tensor): Weights {
  const [batch = 1, heads = 1, queries = 1, keys = 1] = shape;
  return { batch, heads, queries, keys, data: data as Float32Array };
}

/** [B, S, D] → [B, 0, D] */
function withoutRows({ dtype, shape }: Tensor): Tensor {
  return tensor(dtype, [shape[0]!, 0, shape[2]!], new Float32Array(0));
}

/** @throws HeadlightError `unsupported` for positions that change with the length of the whole text: keys that were turned before would be others now */
function assertSteady({ values }: Checkpoint['config']): void {
  const scaled = /"(rope_)?type":"(dynamic|longrope|su)"/.test(JSON.stringify(values['rope_parameters'] ?? values['rope_scaling'] ?? null));
  if (!scaled) return;
  const why = 'Its rotary positions change with the length of the whole text, so keys of earlier tokens cannot be kept';
  throw new HeadlightError('unsupported', `${why}: every step reads the whole text.`);
}
