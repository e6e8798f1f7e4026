/** Values of a run as plain matrices. */
import { sizeOf, type Tensor } from '../tensor.ts';

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly data: Float32Array;
}

/** The first matrix of a value: axes of length 1 left out, [.., rows, columns] → [rows, columns]. */
export function matrixOf({ shape, data }: Tensor): Matrix {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).findLast((size) => size > 1) ?? 1;
  return { rows, columns, data: Float32Array.from(data.subarray(0, rows * columns) as ArrayLike<number | bigint>, Number) };
}

/** Rows of a matrix in the order of their numbers; a negative number counts from the end. */
export function takeRows({ rows, columns, data }: Matrix, numbers: readonly number[]): Matrix {
  const taken = new Float32Array(numbers.length * columns);
  numbers.forEach((number, i) => {
    const row = number < 0 ? number + rows : number;
    taken.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { rows: numbers.length, columns, data: taken };
}

/** [.., H, T, S] of a run as [H, T, S]: the first text of a batch; one head where all have the same. All are multiplied by `factor`. */
export function headMaps({ shape, data }: Tensor, heads: number, factor = 1) {
  const [queries, keys] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const count = sizeOf(shape) / (queries * keys);
  const own = count % heads === 0 ? heads : 1;
  return {
    heads: own,
    queries,
    keys,
    data: Float32Array.from(data.subarray(0, own * queries * keys) as ArrayLike<number | bigint>, (value) => factor * Number(value)),
  };
}

/** Largest |a − b|; infinite where the lengths differ. */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let gap = 0;
  for (let i = 0; i < a.length; i++) gap = Math.max(gap, Math.abs(a[i]! - b[i]!));
  return gap;
}
