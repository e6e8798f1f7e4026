/** Ranges of local files through Node. No `vscode` in it, so that worker threads read in the same way. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { FileEntry, ModelFolder } from '../../model/source.ts';

/** Bytes `[offset, offset + length)`; fewer where the file ends before. */
export async function readLocal(path: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === length ? bytes : bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** A model's folder on the disk. */
export function localFolder(root: string, files: readonly FileEntry[]): ModelFolder {
  return {
    files,
    open(path) {
      const entry = files.find((file) => file.path === path);
      if (!entry) throw new HeadlightError('not-found', `${path} is not in the model's folder.`);
      const read = async (offset: number, length: number) => {
        const bytes = await readLocal(join(root, path), offset, length).catch((error) => {
          throw asHeadlightError(error, 'read', `${path} cannot be read`);
        });
        if (bytes.length !== length) throw new HeadlightError('limit', `${path} ends before byte ${offset + length}.`);
        return bytes;
      };
      return { name: path, size: entry.size, read };
    },
  };
}
