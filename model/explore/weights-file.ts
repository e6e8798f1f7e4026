/** A `.safetensors` file, or the index of several, for the model page. With a configuration beside it, it is a model; without, a box of tensors. */
import { describeCheckpoint } from '../architectures/describe.ts';
import { type EmittedModel, emitModel } from '../architectures/emit.ts';
import { knownSites } from '../architectures/known-sites.ts';
import { type Found, findAttention } from '../attention/index.ts';
import { asHeadlightError, HeadlightError } from '../errors.ts';
import { beside } from '../onnx/folder.ts';
import type { AttentionFacts, Fact, PortFacts } from '../protocol/explorer.ts';
import { type Checkpoint, readTensors } from '../safetensors/checkpoint.ts';
import { normaliseConfig } from '../safetensors/config.ts';
import { readHeader, type TensorPlace } from '../safetensors/header.ts';
import { parseObject } from '../safetensors/json.ts';
import type { ModelFolder } from '../source.ts';
import { sizeOf } from '../tensor.ts';
import { once } from './once.ts';
import { compact } from './onnx-file.ts';
import { fromPlace } from './stored.ts';
import type { OpenedFile } from './subject.ts';

const CONFIG_LIMIT = 16 * 2 ** 20;

/** @throws HeadlightError what is wrong with the header or the index */
export async function openWeightsFile(folder: ModelFolder, entry: string): Promise<OpenedFile> {
  const places = await readTensors(folder, entry);
  const metadata = entry.endsWith('.safetensors') ? (await readHeader(folder.open(entry))).metadata : {};
  const problems: string[] = [];
  const note = (error: unknown): null => {
    problems.push(asHeadlightError(error, 'read', 'The configuration cannot be read').message);
    return null;
  };
  const checkpoint = await checkpointOf(folder, entry, places).catch(note);
  const known = checkpoint ? described(checkpoint, note) : null;
  const values = checkpoint?.config.values ?? null;
  const type = values?.['model_type'];
  const vocabulary = values?.['vocab_size'];
  const lazy = emitted(checkpoint, entry);
  const found = once(() => {
    const all = findAttention(lazy().model);
    return { ...all, sites: knownSites(lazy(), all.sites) };
  });
  return {
    format: 'safetensors',
    architecture: known?.architecture ?? (typeof type === 'string' ? type : null),
    parameters: known?.parameters ?? parametersOf(places),
    vocabulary: known?.vocabulary ?? (typeof vocabulary === 'number' ? vocabulary : null),
    facts: factsOf(entry, places, known),
    // The graph that has inputs is written from the configuration when somebody asks for attention.
    inputs: [],
    outputs: [],
    tensors: [...places.values()].map((place) => fromPlace(folder, place)),
    packed: new Map(),
    userOf: () => [],
    problems,
    metadata,
    config: values,
    attention: () => attentionOf(lazy(), found()),
    sites: found,
    graph: () => lazy().model,
  };
}

async function checkpointOf(folder: ModelFolder, entry: string, tensors: Checkpoint['tensors']): Promise<Checkpoint | null> {
  const path = beside(folder, entry, 'config.json');
  if (path === null) return null;
  const source = folder.open(path);
  if (source.size === 0) throw new HeadlightError('empty', `${path}: the file is empty.`);
  if (source.size > CONFIG_LIMIT) throw new HeadlightError('limit', `${path} has ${source.size} bytes, more than any configuration.`);
  const { object } = parseObject(`${path}: the configuration`, await source.read(0, source.size));
  return { folder, weights: entry, config: normaliseConfig(object, path), tensors };
}

function described(checkpoint: Checkpoint, note: (error: unknown) => null) {
  try {
    return describeCheckpoint(checkpoint);
  } catch (error) {
    return note(error);
  }
}

/** The graph that a run would compute, written once. */
function emitted(checkpoint: Checkpoint | null, entry: string): () => EmittedModel {
  return once(() => {
    if (!checkpoint)
      throw new HeadlightError('not-found', `There is no config.json beside ${entry}: nothing says how its tensors are put together.`);
    return emitModel(checkpoint);
  });
}

function inputsOf({ inputs }: EmittedModel): PortFacts[] {
  return inputs.map(({ name, dtype, shape, fill }) => ({
    ...{ name, dtype, shape },
    words: fill.by === 'user' ? 'yours: text or picture' : fill.by === 'count' ? 'filled in: 0, 1, 2, …' : 'filled in: a constant',
  }));
}

const parametersOf = (places: Checkpoint['tensors']) => [...places.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);

function factsOf(entry: string, places: Checkpoint['tensors'], known: ReturnType<typeof describeCheckpoint> | null): Fact[] {
  const shards = new Set([...places.values()].map(({ file }: TensorPlace) => file)).size;
  const n = (value: number | null | undefined, unit: string) => (value ? `${value.toLocaleString('en')} ${unit}` : null);
  return compact([
    ['Format', entry.endsWith('.json') ? `safetensors in ${shards} files` : 'safetensors'],
    ['Layers', known ? `${known.layers} layers of ${known.heads} heads${groups(known)}` : null],
    ['Head size', n(known?.headDim, 'numbers')],
    ['Positions', known?.positions ?? null],
    ['Longest input', n(known?.maxTokens, 'tokens')],
    ['Vocabulary', n(known?.vocabulary, 'tokens')],
  ]);
}

const groups = ({ heads, kvHeads }: { heads: number; kvHeads: number }) =>
  kvHeads > 0 && kvHeads !== heads ? `, ${kvHeads} of them with keys and values` : '';

function attentionOf(model: EmittedModel, found: Found): AttentionFacts {
  const sites = found.sites.map(({ plan: _, ...site }) => site);
  const warnings = [...new Set([...model.warnings, ...found.warnings])];
  return { sites, refused: found.refused, warnings, inputs: inputsOf(model) };
}
