/**
 * A model folder on the disk, for tests: every range that is read is remembered, and a range that leaves the file fails.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { HeadlightError } from '../../../model/errors.ts';
import type { ByteSource, FileEntry, ModelFolder } from '../../../model/source.ts';

export interface ReadRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

export interface DiskFolder extends ModelFolder {
  /** All ranges read so far. */
  readonly reads: readonly ReadRange[];
}

/** The folder at `root` with all files below it. */
export function diskFolder(root: string): DiskFolder {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): FileEntry => {
      const path = join(entry.parentPath, entry.name);
      return { path: relative(root, path).split(sep).join('/'), size: statSync(path).size };
    });
  const reads: ReadRange[] = [];
  return { files, reads, open: (path) => sourceOf(root, path, files, reads) };
}

function sourceOf(root: string, path: string, files: readonly FileEntry[], reads: ReadRange[]): ByteSource {
  const entry = files.find((file) => file.path === path);
  if (entry === undefined) throw new HeadlightError('not-found', `There is no ${path}.`);
  return {
    name: path,
    size: entry.size,
    read: async (offset, length) => {
      reads.push({ path, offset, length });
      if (offset < 0 || offset + length > entry.size)
        throw new HeadlightError('limit', `${path}: bytes ${offset} to ${offset + length} leave the file.`);
      return readRange(join(root, path), offset, length);
    },
  };
}

function readRange(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, length, offset);
  } finally {
    closeSync(file);
  }
  return bytes;
}
