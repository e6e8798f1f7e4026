/** Reads the file of a sound. */
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { SoundInput } from '../../model/protocol/panel.ts';

/** @throws HeadlightError `read` when the file cannot be had */
export async function readSound({ name, uri }: SoundInput): Promise<Uint8Array> {
  try {
    const response = await fetch(uri);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const { message } = asHeadlightError(error, 'read', `${name} cannot be read`);
    throw new HeadlightError('read', `${message}. Was it moved or deleted? Choose it again.`, { cause: error });
  }
}
