/** The folder that belongs to an opened file: its own, or the one above where exports lie in a subfolder of their model. */
import { FileType, Uri, workspace } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { FileEntry } from '../../model/source.ts';

export interface FolderOf {
  readonly root: Uri;
  /** The file, inside `root`. */
  readonly entry: string;
  readonly files: readonly FileEntry[];
}

/** In a folder of more files, only those whose names tell that they belong to a model are looked at. */
const MANY = 300;
const OF_MODELS = /\.(onnx|onnx_data(_\d+)?|data|bin|safetensors|weights?|model)$|\.json$|merges\.txt$|vocab\.txt$|README\.md$/i;
/** Subfolders that exports of a hub model lie in. */
const INNER = 'onnx';

/** @throws HeadlightError `not-found` for a file that is gone */
export async function folderOf(uri: Uri): Promise<FolderOf> {
  const own = Uri.joinPath(uri, '..');
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const above = Uri.joinPath(own, '..');
  if (own.path.endsWith(`/${INNER}`) && (await isFile(Uri.joinPath(above, 'config.json')))) {
    const files = [...(await filesOf(above, '')), ...(await filesOf(above, `${INNER}/`))];
    return { root: above, entry: `${INNER}/${name}`, files };
  }
  return { root: own, entry: name, files: await filesOf(own, '', name) };
}

async function isFile(uri: Uri): Promise<boolean> {
  return Promise.resolve(workspace.fs.stat(uri)).then(
    ({ type }) => (type & FileType.File) !== 0,
    () => false,
  );
}

async function filesOf(root: Uri, prefix: string, wanted?: string): Promise<FileEntry[]> {
  const folder = prefix === '' ? root : Uri.joinPath(root, prefix);
  const entries = await Promise.resolve(workspace.fs.readDirectory(folder)).catch((error) => {
    throw new HeadlightError('not-found', `The folder ${folder.fsPath} cannot be read. Put it back, or open another model.`, {
      cause: error,
    });
  });
  const names = entries.filter(([, type]) => type & FileType.File).map(([name]) => name);
  const looked = names.length <= MANY ? names : names.filter((name) => name === wanted || OF_MODELS.test(name));
  const sized = await Promise.all(
    looked.map(async (name) => ({ path: `${prefix}${name}`, size: (await workspace.fs.stat(Uri.joinPath(folder, name))).size })),
  );
  return sized.sort((a, b) => a.path.localeCompare(b.path));
}
