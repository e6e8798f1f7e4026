/**
 * A tensor as a long row of numbers that are read in pieces. What is computed from others (de-quantised weights) is the same to its readers
 * as what lies in a file.
 */
import { sizeOf } from '../tensor.ts';
import { assertReadable, decode, type Numbers } from './numbers.ts';
import type { StoredTensor } from './stored.ts';
import { bitsOfType } from './types.ts';

export interface Series {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Bits that one number takes where it is read. */
  readonly bits: number;
  /** Numbers `[start, start + count)` in row-major order. */
  read(start: number, count: number): Promise<Numbers>;
}

/** @throws HeadlightError `unsupported` for types without readable numbers */
export function seriesOf(tensor: StoredTensor): Series {
  const { name, shape, dtype } = tensor;
  assertReadable(dtype, name);
  const bits = bitsOfType(dtype)!;
  return {
    name,
    shape,
    dtype,
    bits,
    async read(start, count) {
      const first = Math.floor((start * bits) / 8);
      const end = Math.ceil(((start + count) * bits) / 8);
      const skip = bits < 8 ? start - (first * 8) / bits : 0;
      return decode(dtype, await tensor.read(first, end - first), count, skip);
    },
  };
}

/** Bytes that are read at a time. */
const PIECE = 4 * 1024 * 1024;

/**
 * All numbers of a series in pieces, in order.
 * @param each gets the piece and the share of all numbers that is done with it
 */
export async function eachPiece(series: Series, each: (piece: Numbers, done: number) => void | Promise<void>): Promise<void> {
  const size = sizeOf(series.shape);
  const step = Math.max(8, Math.floor((PIECE * 8) / series.bits / 8) * 8);
  for (let start = 0; start < size; start += step) {
    const count = Math.min(step, size - start);
    await each(await series.read(start, count), (start + count) / size);
  }
}
