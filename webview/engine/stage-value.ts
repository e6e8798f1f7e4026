/** The matrix of a step that people look at: that of one head, of one text. */
import type { StageValue, WalkStep } from '../../model/protocol/walk.ts';
import { sizeOf, type Tensor } from '../../model/tensor.ts';

export interface Which {
  readonly head: number;
  readonly batch: number;
  /** H of the section's attention. */
  readonly heads: number;
}

/** Where a step's matrix lies in its value. */
export interface Cut {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly head: number | null;
}

/**
 * [B, H, T, d] → [T, d] of a head, [B, T, D] → [T, D]; keys that lie as [d, S] are turned, and so are the planes [D, h, w] of a picture.
 */
export function cutOf(
  { kind, transposed }: Pick<WalkStep, 'kind' | 'transposed'>,
  shape: readonly number[],
  { head, batch, heads }: Which,
): Cut {
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  if (kind === 'convolution' && shape.length >= 3) {
    const places = sizeOf(shape.slice(2));
    const text = Math.min(batch, shape[0]! - 1);
    return { offset: text * shape[1]! * places, rows: places, columns: shape[1]!, rowStride: 1, columnStride: places, head: null };
  }
  if (shape.length === 4 && hasHeads(kind)) {
    const own = shape[1]!;
    const index = Math.min(own - 1, Math.floor((head * own) / Math.max(heads, own === 1 ? 1 : heads)));
    const offset = (Math.min(batch, shape[0]! - 1) * own + index) * rows * columns;
    const turned = { rows: columns, columns: rows, rowStride: 1, columnStride: columns };
    const straight = { rows, columns, rowStride: columns, columnStride: 1 };
    return { offset, head, ...(transposed ? turned : straight) };
  }
  if (shape.length < 3) return { offset: 0, rows: shape.length === 2 ? rows : 1, columns, rowStride: columns, columnStride: 1, head: null };
  const all = sizeOf(shape.slice(1, -1));
  return { offset: Math.min(batch, shape[0]! - 1) * all * columns, rows: all, columns, rowStride: columns, columnStride: 1, head: null };
}

/** A value of rank 4 that these make has heads on its second axis. */
function hasHeads(kind: WalkStep['kind']): boolean {
  return !['linear', 'norm', 'residual', 'embedding', 'joined', 'gate'].includes(kind);
}

/** Where the number of a row and a column lies in the whole value. */
export const placeIn = ({ offset, rowStride, columnStride }: Cut, row: number, column: number): number =>
  offset + row * rowStride + column * columnStride;

/** Row and column of a number of the whole value, in the matrix of its own head and text. */
export function cellOf({ offset, rows, columns, rowStride, columnStride }: Cut, at: number): { row: number; column: number } {
  const size = rows * columns;
  const place = (((at - offset) % size) + size) % size;
  if (columnStride === 1) return { row: Math.floor(place / rowStride), column: place % rowStride };
  return { row: place % columnStride, column: Math.floor(place / columnStride) };
}

/** A copy of the matrix. */
export function stageValue(step: WalkStep, { shape, data }: Tensor, which: Which): StageValue {
  const { offset, rows, columns, rowStride, columnStride, head } = cutOf(step, shape, which);
  const cut = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      cut[row * columns + column] = Number(data[offset + row * rowStride + column * columnStride]);
  }
  return { id: step.id, shape, rows, columns, data: cut, head };
}
