/** A model's folder that counts what is read of it. */
import type { ModelFolder } from '../source.ts';

export interface CountedFolder extends ModelFolder {
  readonly bytesRead: number;
}

export function counted(folder: ModelFolder): CountedFolder {
  const count = { bytes: 0 };
  return {
    files: folder.files,
    get bytesRead() {
      return count.bytes;
    },
    open(path) {
      const source = folder.open(path);
      return {
        name: source.name,
        size: source.size,
        read(offset, length) {
          count.bytes += length;
          return source.read(offset, length);
        },
      };
    },
  };
}
