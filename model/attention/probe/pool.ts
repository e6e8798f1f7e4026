/**
 * Thumbnails in the run itself: weights pooled by maximum within the cells of a grid of at most 32 × 32, so that a thin diagonal survives.
 * The length of a cell is ⌈length ÷ 32⌉; what is missing in the last cell is filled with the lowest number, which no maximum is.
 */
import type { Builder } from '../graph/builder.ts';

/** Cells along each side at most. */
export const CELLS = 32;

const LOWEST = -3.4e38;

interface Grid {
  /** int64 vectors of length 1. */
  readonly cells: string;
  readonly length: string;
  readonly missing: string;
}

function grid(b: Builder, size: string): Grid {
  const length = b.op('Div', [b.op('Add', [size, b.ints(CELLS - 1)]), b.ints(CELLS)]);
  const cells = b.op('Div', [b.op('Sub', [b.op('Add', [size, length]), b.ints(1)]), length]);
  return { cells, length, missing: b.op('Sub', [b.op('Mul', [cells, length]), size]) };
}

/**
 * [B, H, T, S] → [B, H, rows, columns]. Queries first: the large tensor is then padded at the end of each head and reduced over whole rows,
 * which both run through memory in its own order.
 */
export function pooled(b: Builder, weights: string): string {
  const shape = b.op('Shape', [weights]);
  const part = (from: number, to: number): string => b.op('Slice', [shape, b.ints(from), b.ints(to), b.ints(0)]);
  const queries = grid(b, part(2, 3));
  const keys = grid(b, part(3, 4));
  const tall = b.op('Pad', [weights, b.op('Concat', [b.ints(0, 0, 0, 0, 0, 0), queries.missing, b.ints(0)], { axis: 0 }), b.float(LOWEST)]);
  const byQuery = b.op('Reshape', [tall, b.op('Concat', [part(0, 2), queries.cells, queries.length, part(3, 4)], { axis: 0 })]);
  const low = b.op('ReduceMax', [byQuery, b.ints(3)], { keepdims: 0 });
  const wide = b.op('Pad', [low, b.op('Concat', [b.ints(0, 0, 0, 0, 0, 0, 0), keys.missing], { axis: 0 }), b.float(LOWEST)]);
  const byKey = b.op('Reshape', [wide, b.op('Concat', [part(0, 2), queries.cells, keys.cells, keys.length], { axis: 0 })]);
  return b.op('ReduceMax', [byKey, b.ints(4)], { keepdims: 0 });
}
