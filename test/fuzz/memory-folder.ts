/** A model folder in memory, which counts what is read and fails, as a disk does, on what leaves a file. */
import { HeadlightError } from '../../model/errors.ts';
import type { ModelFolder } from '../../model/source.ts';

export interface MemoryFolder extends ModelFolder {
  /** Bytes read so far. */
  readonly bytesRead: number;
}

export function memoryFolder(contents: Readonly<Record<string, Uint8Array>>): MemoryFolder {
  let bytesRead = 0;
  return {
    files: Object.entries(contents).map(([path, bytes]) => ({ path, size: bytes.length })),
    get bytesRead() {
      return bytesRead;
    },
    open: (path) => {
      const bytes = Object.hasOwn(contents, path) ? contents[path] : undefined;
      if (!bytes) throw new HeadlightError(/^\/|\.\.|:/.test(path) ? 'path' : 'not-found', `There is no ${path} in this folder.`);
      return {
        name: path,
        size: bytes.length,
        read: async (offset, length) => {
          if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
            throw new HeadlightError('limit', `${path}: bytes ${offset} to ${offset + length} leave the file.`);
          }
          bytesRead += length;
          return bytes.slice(offset, offset + length);
        },
      };
    },
  };
}
