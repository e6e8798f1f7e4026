/** A model's folder on the disk, read by ranges through file handles. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { HeadlightError } from '../../model/errors.ts';
import type { ModelFiles } from '../../model/protocol/engine.ts';
import type { FileEntry, ModelFolder } from '../../model/source.ts';
import type { SyncByteSource } from '../../webview/engine/weights.ts';

/** Folders below a model's folder that are looked into: `onnx/`, and one more. */
const DEPTH = 2;
const FILES_LIMIT = 10_000;

export interface OpenFolder extends ModelFolder {
  readonly model: ModelFiles;
  close(): void;
}

/**
 * The model at a path. A file in the `onnx` folder of a hub model belongs to the whole model: configuration and tokenizer lie above it.
 * @throws HeadlightError `not-found`
 */
export function openFolder(path: string): OpenFolder {
  const full = resolve(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) throw new HeadlightError('not-found', `${path} does not exist.`);
  const inHub = (folder: string) => basename(folder) === 'onnx' && existsSync(join(folder, '..', 'config.json'));
  if (stat.isDirectory()) return new DiskFolder(inHub(full) ? dirname(full) : full, '');
  const parent = dirname(full);
  const hub = inHub(parent);
  return hub ? new DiskFolder(dirname(parent), `onnx/${basename(full)}`) : new DiskFolder(parent, basename(full));
}

class DiskFolder implements OpenFolder {
  readonly files: readonly FileEntry[];
  readonly model: ModelFiles;
  readonly #sources = new Map<string, DiskSource>();

  constructor(
    private readonly root: string,
    entry: string,
  ) {
    // A lone file may lie in a large folder of other things: what it names as external data lies beside it, or one folder down.
    this.files = list(root, '', entry === '' ? DEPTH : 1);
    this.model = { id: `file://${join(root, entry)}`, name: basename(root), entry, files: this.files };
  }

  open(path: string): SyncByteSource {
    const known = this.#sources.get(path);
    if (known) return known;
    if (path.startsWith('/') || path.split('/').includes('..')) throw new HeadlightError('path', `${path} leaves the model's folder.`);
    const entry = this.files.find((file) => file.path === path);
    if (!entry) throw new HeadlightError('not-found', `${path} is not in ${this.root}.`);
    const full = realpathSync(join(this.root, path));
    const source = new DiskSource(path, full);
    this.#sources.set(path, source);
    return source;
  }

  close(): void {
    for (const source of this.#sources.values()) source.close();
    this.#sources.clear();
  }
}

function list(root: string, folder: string, depth: number): FileEntry[] {
  const entries: FileEntry[] = [];
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? item.name : `${folder}/${item.name}`;
    const stat = statSync(join(root, path.split('/').join(sep)), { throwIfNoEntry: false });
    if (stat?.isDirectory() && depth > 0 && !item.name.startsWith('.')) entries.push(...list(root, path, depth - 1));
    else if (stat?.isFile()) entries.push({ path, size: stat.size });
    if (entries.length > FILES_LIMIT)
      throw new HeadlightError('limit', `${root} has more than ${FILES_LIMIT} files: name the model's own folder.`);
  }
  return entries;
}

class DiskSource implements SyncByteSource {
  readonly size: number;
  #handle: number | null;

  constructor(
    readonly name: string,
    path: string,
  ) {
    try {
      this.#handle = openSync(path, 'r');
    } catch (cause) {
      throw new HeadlightError('read', `${name} cannot be read.`, { cause });
    }
    this.size = fstatSync(this.#handle).size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.readSync(offset, length);
  }

  readSync(offset: number, length: number, into?: Uint8Array): Uint8Array {
    if (this.#handle === null) throw new HeadlightError('disposed', `${this.name} is closed.`);
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new HeadlightError('limit', `${this.name}: bytes ${offset} to ${offset + length} lie outside the file (${this.size} bytes).`);
    }
    const bytes = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const count = readSync(this.#handle, bytes, at, Math.min(length - at, 2 ** 30), offset + at);
      if (count === 0) throw new HeadlightError('read', `${this.name} ended early: it changed while it was read.`);
      at += count;
    }
    return bytes;
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
  }
}
