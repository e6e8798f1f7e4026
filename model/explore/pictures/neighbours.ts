/**
 * The tokens whose vectors point the same way: cosine of a row of an embedding table with every other, streamed.
 *
 *     cos(a, b) = a·b ∕ (‖a‖ ‖b‖)        in float64
 */
import type { Neighbour } from '../../protocol/explorer.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../statistics.ts';
import { dot } from './made.ts';

/** Numbers that are read at a time. */
const PIECE = 1 << 20;

/**
 * @param table [V, D]
 * @param id row that is compared
 * @param most how many of the nearest; the row itself is not among them
 * @returns the nearest first; equal ones in the order of their ids
 */
export async function neighboursOf(table: Series, id: number, most: number, watch: Watch): Promise<Neighbour[]> {
  const [V = 0, D = 0] = table.shape;
  const own = Float64Array.from(await table.read(id * D, D), Number);
  const size = Math.sqrt(dot(own, 0, own, 0, D));
  const found: Neighbour[] = [];
  const together = Math.max(1, Math.floor(PIECE / Math.max(1, D)));
  for (let first = 0; first < V; first += together) {
    const rows = Math.min(together, V - first);
    const piece = (await table.read(first * D, rows * D)) as ArrayLike<number>;
    for (let r = 0; r < rows; r++) if (first + r !== id) put(found, neighbour(first + r, piece, r * D, own, size), most);
    watch.progress((first + rows) / V);
    await watch.check();
  }
  return found;
}

function neighbour(id: number, piece: ArrayLike<number>, at: number, own: Float64Array, size: number): Neighbour {
  const norm = Math.sqrt(dot(piece, at, piece, at, own.length));
  const product = dot(own, 0, piece, at, own.length);
  return { id, cosine: norm * size === 0 ? 0 : product / (norm * size), norm };
}

/** Keeps a list in order, and no longer than it may be. */
function put(list: Neighbour[], one: Neighbour, most: number): void {
  const last = list.at(-1);
  // What is no number stands nowhere.
  if (!Number.isFinite(one.cosine) || (list.length >= most && last && one.cosine <= last.cosine)) return;
  let at = list.length;
  while (at > 0 && list[at - 1]!.cosine < one.cosine) at--;
  list.splice(at, 0, one);
  if (list.length > most) list.pop();
}
