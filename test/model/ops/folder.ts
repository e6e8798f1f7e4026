/** A model folder of one file that lies in memory. */
import { HeadlightError } from '../../../model/errors.ts';
import type { ModelFolder } from '../../../model/source.ts';

export function fileFolder(path: string, bytes: Uint8Array): ModelFolder {
  return {
    files: [{ path, size: bytes.length }],
    open: (asked) => {
      if (asked !== path) throw new HeadlightError('not-found', `There is no ${asked}.`);
      return { name: path, size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
    },
  };
}
