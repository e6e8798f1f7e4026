/**
 * Checkpoints in several files: `*.safetensors.index.json` says which tensor lies in which shard.
 *
 * Source: the index as `transformers` and `huggingface_hub` write it: `{ metadata: { total_size }, weight_map: { tensor: file } }`.
 */
import { HeadlightError } from '../errors.ts';
import type { ModelFolder } from '../source.ts';
import { HEADER_LIMIT, readHeader, type TensorPlace } from './header.ts';
import { parseObject } from './json.ts';

/**
 * All tensors of a sharded checkpoint.
 * @param path the index file, inside `folder`
 * @throws HeadlightError `path` for a shard outside the folder, `not-found` for a missing one, `format` where index and shards disagree
 */
export async function readShards(folder: ModelFolder, path: string): Promise<Map<string, TensorPlace>> {
  const weightMap = await readIndex(folder, path);
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const shards = [...new Set(weightMap.values())];
  for (const shard of shards) checkShardPath(folder, path, directory, shard);
  const tensors = new Map<string, TensorPlace>();
  for (const shard of shards) {
    const header = await readHeader(folder.open(directory + shard));
    for (const [name, place] of header.tensors) if ((weightMap.get(name) ?? shard) === shard) tensors.set(name, place);
  }
  for (const [name, shard] of weightMap) {
    if (!tensors.has(name)) throw new HeadlightError('format', `${path}: tensor ${name} is not in ${shard}, where the index says it lies.`);
  }
  return tensors;
}

async function readIndex(folder: ModelFolder, path: string): Promise<Map<string, string>> {
  const source = folder.open(path);
  if (source.size === 0) throw new HeadlightError('empty', `${path}: the file is empty.`);
  if (source.size > HEADER_LIMIT) throw new HeadlightError('limit', `${path}: the index is larger than 100 MB; refused before reading.`);
  const { object } = parseObject(`${path}: the index`, await source.read(0, source.size));
  const weightMap = object.weight_map;
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap)) {
    throw new HeadlightError('format', `${path}: the index has no weight_map.`);
  }
  const entries = Object.entries(weightMap);
  for (const [name, shard] of entries) {
    if (typeof shard !== 'string') throw new HeadlightError('format', `${path}: the file of tensor ${name} is not text.`);
  }
  return new Map(entries as [string, string][]);
}

function checkShardPath(folder: ModelFolder, path: string, directory: string, shard: string): void {
  if (leavesFolder(shard)) throw new HeadlightError('path', `${path}: shard ${shard} lies outside the folder: refused.`);
  if (!folder.files.some((file) => file.path === directory + shard)) {
    throw new HeadlightError('not-found', `${path}: ${shard} is missing. Put all shards beside the index.`);
  }
}

/** True for absolute paths, drive letters, URLs, back-slashes and any `..`. */
export function leavesFolder(path: string): boolean {
  return path === '' || /^[/~]|^[a-zA-Z][\w+.-]*:|\\|\0/.test(path) || path.split('/').includes('..');
}
