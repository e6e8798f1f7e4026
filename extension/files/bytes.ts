/**
 * Ranges of files for the extension host. `workspace.fs` reads whole files only, so local files are read through Node where there is a
 * Node; everywhere else (virtual workspaces, a browser) a file is read whole once, up to a limit.
 */
import { FileSystemError, Uri, workspace } from 'vscode';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { ByteSource, FileEntry, ModelFolder } from '../../model/source.ts';

/** Largest file that is read whole where ranges cannot be had, in bytes. */
const WHOLE_LIMIT = 256 * 1024 * 1024;

type Local = typeof import('./local.ts');
let local: Promise<Local | null> | undefined;

/** Reading through Node, or null where there is no Node. */
function node(): Promise<Local | null> {
  local ??= import('./local.ts').catch(() => null);
  return local;
}

function failure(error: unknown, name: string): HeadlightError {
  const code = error instanceof FileSystemError ? error.code : (error as { code?: string } | null)?.code;
  if (code === 'FileNotFound' || code === 'ENOENT') {
    return new HeadlightError('not-found', `${name} is no longer there. Put it back or choose another model.`, { cause: error });
  }
  return asHeadlightError(error, 'read', `${name} cannot be read`);
}

/** A file as ranges. */
export function openFile(uri: Uri, name: string, size: number): ByteSource {
  let whole: Promise<Uint8Array> | undefined;
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const files = uri.scheme === 'file' ? await node() : null;
    if (files) return files.readLocal(uri.fsPath, offset, length);
    if (size > WHOLE_LIMIT) {
      throw new HeadlightError(
        'limit',
        `${name} (${Math.round(size / 1e6)} MB) lies where parts of files cannot be read. Copy it to a local folder.`,
      );
    }
    whole ??= Promise.resolve(workspace.fs.readFile(uri)).then((bytes) => new Uint8Array(bytes));
    return (await whole).subarray(offset, offset + length);
  };
  return {
    name,
    size,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new HeadlightError('limit', `${name} has ${size} bytes; bytes ${offset} to ${offset + length} were asked for.`);
      }
      try {
        const bytes = await read(offset, length);
        if (bytes.length !== length) throw new HeadlightError('read', `${name} became shorter while it was read. Run again.`);
        return bytes;
      } catch (error) {
        whole = undefined;
        throw error instanceof HeadlightError ? error : failure(error, name);
      }
    },
  };
}

/** The files `entries` below `root` as a model's folder. */
export function openFolder(root: Uri, entries: readonly FileEntry[]): ModelFolder {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return {
    files: entries,
    open(path) {
      if (path.split('/').includes('..')) throw new HeadlightError('path', `${path} would leave the model's folder.`);
      const entry = byPath.get(path);
      if (!entry) throw new HeadlightError('not-found', `${path} is not in the model's folder.`);
      return openFile(Uri.joinPath(root, path), path, entry.size);
    },
  };
}

/**
 * A small file as text.
 * @throws HeadlightError `not-found`, `read`
 */
export async function readText(uri: Uri, name: string): Promise<string> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(uri));
  } catch (error) {
    throw failure(error, name);
  }
}
