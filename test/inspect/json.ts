/** JSON files of a model's folder. */
import { HeadlightError } from '../../model/errors.ts';
import { beside } from '../../model/onnx/folder.ts';
import type { OpenFolder } from './folder.ts';

/** A text file beside the model's own, or in a folder above it; null when there is none. */
export async function readModelText(folder: OpenFolder, name: string): Promise<string | null> {
  const path = beside(folder, folder.model.entry, name);
  if (path === null) return null;
  const source = folder.open(path);
  return new TextDecoder().decode(await source.read(0, source.size));
}

/**
 * A JSON file beside the model's own, or in a folder above it; null when there is none.
 * @throws HeadlightError `format`
 */
export async function readModelFile(folder: OpenFolder, name: string): Promise<unknown> {
  const text = await readModelText(folder, name);
  try {
    return text === null ? null : JSON.parse(text);
  } catch (cause) {
    throw new HeadlightError('format', `${name} is not JSON.`, { cause });
  }
}
