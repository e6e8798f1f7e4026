/** Numbers of a run: what a tap's outputs mean. */
import { HeadlightError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import type { Outputs, PooledWeights, Tap, TapLayout, Vectors, Weights } from '../types.ts';

export interface Layout extends TapLayout {
  /** The turn of the loop that holds the site, or null. */
  readonly turn: number | null;
  /** Factor on q·k after their product; null when only the graph knows. */
  readonly scale: number | null;
}

interface Four {
  readonly sizes: readonly [number, number, number, number];
  readonly data: Float32Array;
}

function fetched(outputs: Outputs, name: string): Tensor {
  const found = outputs.get(name);
  if (!found)
    throw new HeadlightError('internal', `The run has no output "${name}"; it has ${[...outputs.keys()].slice(0, 8).join(', ')}.`);
  return found;
}

/** A float32 tensor of four axes; of a loop's outputs [turns, …] the one of `turn`. */
function four(tensor: Tensor, turn: number | null, name: string): Four {
  const shape = turn === null ? tensor.shape : tensor.shape.slice(1);
  if (shape.length !== 4 || !(tensor.data instanceof Float32Array)) {
    throw new HeadlightError(
      'shape',
      `${name} has shape [${tensor.shape.join(', ')}] and type ${tensor.dtype}, expected four axes of float32.`,
    );
  }
  const sizes = shape as unknown as Four['sizes'];
  const size = sizes[0] * sizes[1] * sizes[2] * sizes[3];
  const start = (turn ?? 0) * size;
  return { sizes, data: turn === null ? tensor.data : tensor.data.subarray(start, start + size) };
}

/**
 * Weights of a site, [B, H, T, S].
 * @throws HeadlightError `internal` when the tap keeps no weights or the run did not fetch them
 */
export function weightsOf(tap: Tap, outputs: Outputs): Weights {
  const name = tap.weights[0];
  if (!name) throw new HeadlightError('internal', `${tap.key} keeps q and k, not weights.`);
  const { sizes, data } = four(fetched(outputs, name), (tap.layout as Layout).turn, name);
  return { batch: sizes[0], heads: sizes[1], queries: sizes[2], keys: sizes[3], data };
}

/** Weights pooled in the graph, [B, H, rows, columns]. */
export function thumbnailsOf(tap: Tap, outputs: Outputs): PooledWeights {
  if (!tap.thumbnails) throw new HeadlightError('internal', `${tap.key} keeps weights, not thumbnails.`);
  const { sizes, data } = four(fetched(outputs, tap.thumbnails), null, tap.thumbnails);
  return { batch: sizes[0], heads: sizes[1], rows: sizes[2], columns: sizes[3], data };
}

/** [B', H', n, d] → [B, H, n, d]: what is shared by the batch or by a group of heads, for each of them. */
function spread({ sizes, data }: Four, batch: number, heads: number): Float32Array {
  const [B, G, n, d] = sizes;
  if (B === batch && G === heads) return data;
  const result = new Float32Array(batch * heads * n * d);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const from = ((b % B) * G + Math.floor((h * G) / heads)) * n * d;
      result.set(data.subarray(from, from + n * d), (b * heads + h) * n * d);
    }
  }
  return result;
}

/** q [B, H, T, d] and k [B, H, S, d] as the score product got them. */
export function vectorsOf(tap: Tap, outputs: Outputs): Vectors {
  if (!tap.q || !tap.k) throw new HeadlightError('internal', `${tap.key} keeps weights, not q and k.`);
  const q = four(fetched(outputs, tap.q), null, tap.q);
  const k = four(fetched(outputs, tap.k), null, tap.k);
  const [batch, heads] = [Math.max(q.sizes[0], k.sizes[0]), Math.max(q.sizes[1], k.sizes[1])];
  return {
    batch,
    heads,
    queries: q.sizes[2],
    keys: k.sizes[2],
    headDim: q.sizes[3],
    q: spread(q, batch, heads),
    k: spread(k, batch, heads),
    scale: (tap.layout as Layout).scale,
  };
}

/** How far the formula is from the fused operator's own output, as a part of the largest output; null where weights are read. */
export function checkOf(tap: Tap, outputs: Outputs): number | null {
  return tap.check === null ? null : Number(fetched(outputs, tap.check).data[0]);
}
