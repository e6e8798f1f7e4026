/** A kept run over a reload of the window: its numbers go with the panel's state where they are few. Those of pictures and sounds do not. */

import type { Kept } from './kept.ts';
import { sitesOf } from './session.ts';
import type { Session } from './types.ts';

/** Weights that VS Code is asked to keep: more would make every change of the panel's state slow. */
export const MOST_SAVED_BYTES = 192 * 1024;

/** As it stands in the panel's state. */
interface SavedKept {
  readonly show: Session['show'];
  readonly opened: Session['opened'];
  readonly run: Session['run'];
  readonly head: Kept['head'];
  /** Little-endian float32 as base64, by head. */
  readonly weights: readonly (readonly [string, string])[];
  readonly of: number;
}

let last: { readonly kept: Kept; readonly saved: SavedKept | null } | null = null;

/** Null for a run that is not kept over a reload: too large, not yet kept whole, or not of a text alone. */
export function savedKept(kept: Kept | null): unknown {
  if (!kept) return null;
  if (last?.kept !== kept) last = { kept, saved: write(kept) };
  return last.saved;
}

function write({ session, head, weights, of, underWay }: Kept): SavedKept | null {
  const { show, opened, run, scene, heard } = session;
  const bytes = [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (underWay || scene || heard || bytes > MOST_SAVED_BYTES) return null;
  return {
    ...{ show: { ...show, uris: {} }, opened, run: { ...run, outputs: [] }, head, of },
    weights: [...weights].map(([key, values]) => [key, base64(values)]),
  };
}

/** The kept run of an earlier life; null for what this version does not know. */
export function keptFrom(saved: unknown): Kept | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const { show, opened, run, head, weights, of } = saved as Partial<SavedKept>;
  if (!show?.model || !show.input || !opened?.sites || !run?.sites || !head || !Array.isArray(weights) || typeof of !== 'number')
    return null;
  const sites = sitesOf(opened, run);
  return {
    session: { show, opened, run, sites },
    head,
    of,
    underWay: false,
    weights: new Map(weights.map(([key, text]) => [key, floats(text)])),
  };
}

function base64({ buffer, byteOffset, byteLength }: Float32Array): string {
  let text = '';
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return btoa(text);
}

const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
