/** Names, types and shapes of a model's tensors for the tree: safetensors headers, else the ONNX graph's initializers. No weights are read. */
import type { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { readHeader } from '../../model/safetensors/header.ts';
import type { FileEntry, ModelFolder } from '../../model/source.ts';
import type { Model } from '../models/model.ts';
import { WorkerThread } from '../worker-thread.ts';

/** Longest time for one graph. */
const LIMIT_MS = 30_000;

export interface TensorRow {
  readonly name: string;
  readonly detail: string;
  /** File that holds it, inside the model's folder. */
  readonly path: string;
}

/** What the thread is asked: the tensors of one graph of a local folder. */
export interface OnnxCall {
  readonly root: string;
  readonly files: readonly FileEntry[];
  readonly path: string;
}

export class Tensors {
  readonly #thread: WorkerThread<OnnxCall, TensorRow[]>;

  constructor(script: Uri) {
    this.#thread = new WorkerThread({ script: script.fsPath, limitMs: LIMIT_MS, what: 'graph', code: 'limit' });
  }

  /** @throws HeadlightError what is wrong with the file */
  async list(model: Model): Promise<readonly TensorRow[]> {
    const folder = await model.folder();
    const { entry } = model.candidate;
    const named = (end: string) => folder.files.filter(({ path }) => path.endsWith(end)).map(({ path }) => path);
    const shards = entry === '' ? named('.safetensors') : [];
    if (shards.length > 0) return (await Promise.all(shards.map((path) => fromSafetensors(folder, path)))).flat();
    const graphs = entry === '' ? named('.onnx') : [entry];
    if (graphs.length === 0) throw new HeadlightError('not-found', 'There is no weights file.');
    if (model.root.scheme !== 'file') throw new HeadlightError('unsupported', 'The graph lies where parts of files cannot be read.');
    const lists = await Promise.all(
      graphs.map((path) => this.#thread.call({ root: model.root.fsPath, files: folder.files, path }, model.name)),
    );
    return lists.flat();
  }

  dispose(): void {
    this.#thread.dispose();
  }
}

async function fromSafetensors(folder: ModelFolder, path: string): Promise<TensorRow[]> {
  const { tensors } = await readHeader(folder.open(path));
  return [...tensors.values()].map(({ name, stored, shape }) => ({ name, path, detail: `${stored} ${shape.join(' × ')}`.trim() }));
}
