/** Names, types and shapes of a model's tensors for the tree: safetensors headers, else the ONNX graph's initializers. No weights are read. */
import { HeadlightError } from '../../model/errors.ts';
import { readHeader } from '../../model/safetensors/header.ts';
import type { ModelFolder } from '../../model/source.ts';

export interface TensorRow {
  readonly name: string;
  readonly detail: string;
  /** File that holds it, inside the model's folder. */
  readonly path: string;
}

/** @throws HeadlightError what is wrong with the file */
export async function listTensors(folder: ModelFolder, entry: string): Promise<readonly TensorRow[]> {
  const shards = entry === '' ? folder.files.filter(({ path }) => path.endsWith('.safetensors')) : [];
  if (shards.length > 0) return (await Promise.all(shards.map(({ path }) => fromSafetensors(folder, path)))).flat();
  throw new HeadlightError('unsupported', 'Its tensors stand in the .onnx graph; visualize it to see what it attends with.');
}

async function fromSafetensors(folder: ModelFolder, path: string): Promise<TensorRow[]> {
  const { tensors } = await readHeader(folder.open(path));
  return [...tensors.values()].map(({ name, stored, shape }) => ({ name, path, detail: `${stored} ${shape.join(' × ')}`.trim() }));
}
