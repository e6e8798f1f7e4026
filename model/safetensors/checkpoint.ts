/**
 * A checkpoint folder: `config.json` and safetensors weights, in one file or in shards. Opening it reads configuration and headers only.
 */
import { HeadlightError } from '../errors.ts';
import type { ModelFolder } from '../source.ts';
import { type Config, normaliseConfig } from './config.ts';
import { readHeader, type TensorPlace } from './header.ts';
import { parseObject } from './json.ts';
import { readShards } from './shards.ts';

export interface Checkpoint {
  readonly folder: ModelFolder;
  /** The file that says where the weights are: `model.safetensors`, or the index of the shards. */
  readonly weights: string;
  readonly config: Config;
  /** Every stored tensor by the name it has in the file. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

/** Names of weights files in the order of preference; transformers', then diffusers'. */
const WEIGHTS = [
  'model.safetensors',
  'model.safetensors.index.json',
  'diffusion_pytorch_model.safetensors',
  'diffusion_pytorch_model.safetensors.index.json',
];

/** No configuration is longer than this, in bytes. */
const CONFIG_LIMIT = 10_000_000;

/**
 * Opens a checkpoint.
 * @param entry a safetensors file or an index inside the folder; left out, the folder's usual names are tried
 * @throws HeadlightError `not-found` without `config.json` or weights, and whatever header, index and configuration refuse
 */
export async function openCheckpoint(folder: ModelFolder, entry = ''): Promise<Checkpoint> {
  const weights = findWeights(folder, entry);
  const config = await readConfig(folder, directoryOf(weights));
  return { folder, weights, config, tensors: await readTensors(folder, weights) };
}

/**
 * The places of all tensors of a weights file or an index, without any configuration: what a model page lists.
 * @throws HeadlightError as `readHeader` and `readShards`
 */
export async function readTensors(folder: ModelFolder, weights: string): Promise<ReadonlyMap<string, TensorPlace>> {
  if (weights.endsWith('.index.json')) return readShards(folder, weights);
  return (await readHeader(folder.open(weights))).tensors;
}

/** The weights file or index that `openCheckpoint` takes unasked, null where there is none or more than one could be meant. */
export function findCheckpoint({ files }: ModelFolder): string | null {
  const usual = WEIGHTS.find((name) => files.some(({ path }) => path === name));
  const rest = looseWeights(files.map(({ path }) => path));
  return usual ?? (rest.length === 1 ? rest[0]! : null);
}

const looseWeights = (paths: readonly string[]) => paths.filter((path) => path.endsWith('.safetensors') && !path.includes('/'));

function findWeights(folder: ModelFolder, entry: string): string {
  const paths = new Set(folder.files.map((file) => file.path));
  if (entry !== '') return indexOfShard(paths, entry) ?? entry;
  const usual = findCheckpoint(folder);
  if (usual !== null) return usual;
  const rest = looseWeights([...paths]);
  const found = rest.length === 0 ? 'none' : rest.join(', ');
  throw new HeadlightError('not-found', `No weights: looked for ${WEIGHTS.join(', ')} or a single *.safetensors file; found ${found}.`);
}

/** The index that a shard `name-00001-of-00002.safetensors` belongs to, where the folder has it. */
function indexOfShard(paths: ReadonlySet<string>, entry: string): string | null {
  const index = entry.replace(/-\d{5}-of-\d{5}\.safetensors$/, '.safetensors.index.json');
  return index !== entry && paths.has(index) ? index : null;
}

async function readConfig(folder: ModelFolder, directory: string): Promise<Config> {
  const path = `${directory}config.json`;
  if (!folder.files.some((file) => file.path === path)) {
    throw new HeadlightError(
      'not-found',
      `There is no ${path} beside the weights; without it nothing says which architecture they belong to.`,
    );
  }
  const source = folder.open(path);
  if (source.size === 0) throw new HeadlightError('empty', `${path}: the file is empty.`);
  if (source.size > CONFIG_LIMIT) throw new HeadlightError('limit', `${path} has ${source.size} bytes, more than any configuration.`);
  return normaliseConfig(parseObject(`${path}: the configuration`, await source.read(0, source.size)).object, path);
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
