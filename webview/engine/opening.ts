/**
 * Opens a model: reads the graphs, finds attention, says what is there. Nothing of the runtime yet, and no weights.
 */
import type { Site, Weights } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
import { DataType } from '../../model/onnx/dtypes.ts';
import type { EncoderResult, Feeds, ModelConfig } from '../../model/onnx/feeds.ts';
import type { InputFacts, ModelFacts, ModelFiles, Refusal, RunParams, SiteFacts, WireError } from '../../model/protocol/engine.ts';
import type { ConfigValues } from '../../model/safetensors/config.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { DeviceChoice } from './device.ts';
import type { EngineCall } from './engine.ts';
import { externalOf } from './external.ts';
import { openWeights } from './open-checkpoint.ts';
import { openOnnx } from './open-onnx.ts';
import type { Part } from './part.ts';
import type { CancelSignal } from './queue.ts';
import type { ReadsOn } from './reading-on.ts';

/** A graph of its own, or one of a pair. */
export type Role = 'model' | 'encoder' | 'decoder';

export interface OpenPart extends Part {
  readonly role: Role;
  readonly inputs: readonly InputFacts[];
  /** The model's `config.json`, or null where there is none. */
  readonly config: ConfigValues | null;
  /** Why this graph can be shown but not run, or null. */
  readonly problem: WireError | null;
  /** @throws HeadlightError `input` for inputs that only the user can give */
  feeds(params: RunParams, encoder: EncoderResult | null): Feeds;
  /** The same graph in the reference. @throws HeadlightError `unsupported` for operators that the reference has not */
  compute(feeds: Feeds['feeds'], call: EngineCall): Promise<Computed>;
}

/** What the reference made of a graph. */
export interface Computed {
  /** By name. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** By the site's key in its own graph. */
  readonly weights: ReadonlyMap<string, Weights>;
}

export interface OpenSite {
  readonly facts: SiteFacts;
  /** As its own graph has it. */
  readonly site: Site;
  /** Index of its part. */
  readonly part: number;
}

export interface OpenModel {
  readonly facts: ModelFacts;
  readonly parts: readonly OpenPart[];
  readonly sites: readonly OpenSite[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
  readonly config: ModelConfig;
  /** How a generation reads on from what earlier steps left. */
  readonly readsOn: ReadsOn;
  /** What a run is given; a decoder's own inputs from its encoder are not among it. */
  readonly inputs: readonly InputFacts[];
  readonly outputNames: readonly string[];
  /** Some graph computes with 16-bit floats. */
  readonly half: boolean;
  /** Bytes that loading reads. */
  readonly weightsSize: number;
}

export interface OpenOptions {
  /** Only the chosen file, even where it is one of a pair. */
  readonly alone?: boolean;
  /** Names of optional inputs that the run will give (`position_ids`): a checkpoint's graph then has them. */
  readonly given?: readonly string[];
  readonly token?: CancelSignal | undefined;
}

/** What one kind of file makes of it. */
export interface OpenedFiles {
  readonly parts: readonly OpenPart[];
  readonly facts: ModelFacts;
  readonly warnings: readonly string[];
  readonly config: ModelConfig;
  readonly readsOn: ReadsOn;
}

/**
 * @param files what the user chose: a file, or a folder whose best file is chosen here
 * @throws HeadlightError what is wrong with the model, in a sentence; `cancelled`
 */
export async function openModel(folder: ModelFolder, files: ModelFiles, device: DeviceChoice, options: OpenOptions): Promise<OpenModel> {
  const { parts, facts, warnings, config, readsOn } = await openFiles(folder, files, device, options);
  const sites = parts.flatMap((part, index) =>
    part.found.sites.map((site): OpenSite => ({ facts: factsIn(part.role, site), site, part: index })),
  );
  return {
    facts,
    config,
    readsOn,
    parts,
    sites,
    refused: parts.flatMap(({ found }) => found.refused),
    warnings: [...new Set([...warnings, ...parts.flatMap(({ found }) => found.warnings)])],
    inputs: inputsOf(parts),
    outputNames: [...new Set(parts.flatMap(({ found }) => found.model.graph!.output.map(({ name }) => name)))],
    half: parts.some(({ found }) => found.model.graph!.initializer.some(({ dataType }) => dataType === DataType.FLOAT16)),
    weightsSize: parts.reduce((sum, { found }) => sum + externalOf(found.model).size, 0),
  };
}

/** A folder may hold exported graphs and a checkpoint of the same model: the graphs are what somebody made to be run. */
async function openFiles(
  folder: ModelFolder,
  { entry, name }: ModelFiles,
  device: DeviceChoice,
  { alone, given, token }: OpenOptions,
): Promise<OpenedFiles> {
  const has = (end: string) => folder.files.some(({ path }) => path.endsWith(end));
  if (entry.endsWith('.onnx') || (entry === '' && has('.onnx'))) return openOnnx(folder, entry, { alone: alone ?? false, device, token });
  if (entry.endsWith('.safetensors') || entry.endsWith('.index.json') || (entry === '' && has('.safetensors'))) {
    return openWeights(folder, entry, given ?? [], token);
  }
  if (entry !== '') {
    throw new HeadlightError(
      'unsupported',
      `${entry} is neither an .onnx nor a .safetensors file. Open one of those, or the model's folder.`,
    );
  }
  const pickled = folder.files.find(({ path }) => /\.(bin|pt|pth|ckpt|h5|msgpack)$/.test(path));
  const words = pickled
    ? `only ${pickled.path}, a format that cannot be read safely: save the model as safetensors`
    : 'put the model there';
  throw new HeadlightError('not-found', `${name} has no .onnx and no .safetensors file; ${words}.`);
}

/** In a pair of files, each graph takes itself for the whole model: its `self` is the pair's `encoder` or `decoder`. */
function factsIn(role: Role, { plan: _, ...facts }: Site): SiteFacts {
  if (role === 'model' || facts.kind !== 'self') return facts;
  return { ...facts, kind: role, key: `${role}/${facts.layer}` };
}

function inputsOf(parts: readonly OpenPart[]): InputFacts[] {
  const made = new Set(['encoder_hidden_states', 'encoder_attention_mask']);
  const inputs = new Map<string, InputFacts>();
  const paired = parts.length > 1;
  for (const part of parts) {
    for (const input of part.inputs) {
      if (paired && part.role === 'decoder' && made.has(input.name)) continue;
      const name = paired && part.role === 'decoder' && input.name === 'input_ids' ? 'decoder_input_ids' : input.name;
      if (!inputs.has(name)) inputs.set(name, { ...input, name });
    }
  }
  return [...inputs.values()];
}

/** Bytes of all weights of a run, guessed from the lengths of its texts. */
export function weightBytes({ sites }: OpenModel, params: RunParams): number {
  const raw = Object.values(params.raw ?? {}).map(({ dtype, shape }) => (dtype === 'int64' && shape.length === 2 ? shape[1]! : 0));
  // Pictures: a patch of 8 × 8 is the smallest in use.
  const patches = params.pixelValues ? (params.pixelValues.shape.at(-1)! * params.pixelValues.shape.at(-2)!) / 64 : 0;
  const length = Math.max(params.ids?.length ?? 0, params.targetIds?.length ?? 0, patches, ...raw, 1);
  return sites.reduce((sum, { facts }) => sum + facts.heads * length * length * 4, 0);
}

export function problemOf(parts: readonly OpenPart[]): WireError | null {
  return parts.find(({ problem }) => problem)?.problem ?? null;
}

/**
 * @throws HeadlightError `too-long`, or why a graph of the model cannot be run
 */
export function assertRunnable({ parts, facts }: OpenModel, params: RunParams): void {
  const problem = problemOf(parts);
  if (problem) throw new HeadlightError(problem.code, problem.message);
  for (const ids of [params.ids, params.targetIds]) {
    if (ids?.length === 0) throw new HeadlightError('input', 'The text has no tokens. Select some text.');
    if (facts.maxTokens !== null && ids && ids.length > facts.maxTokens) {
      const words = `The text has ${ids.length} tokens, the model takes ${facts.maxTokens}`;
      throw new HeadlightError('too-long', `${words}. Select a shorter piece of text.`);
    }
  }
}
