/** MatMul and Gemm: products of matrices, batch axes broadcast. */
import { sizeOf, type Tensor } from '../../tensor.ts';
import { binary, floatPairs } from './broadcast.ts';
import { matrix, multiply, type Sizes, transposed } from './gemm.ts';
import {
  asNumbers,
  type Call,
  failure,
  flag,
  type Inputs,
  isBig,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  result,
  resultFrom,
} from './kernel.ts';
import { broadcastShape, broadcastStrides, forEachRow } from './strides.ts';

/** A factor as a stack of matrices [..batch, rows, columns]. */
interface Factor {
  readonly data: NumberArray;
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
}

/** A vector counts as one row on the left, as one column on the right. */
function factor({ data, shape }: Tensor, right: boolean): Factor {
  const numbers = asNumbers(data);
  if (shape.length === 1) return { data: numbers, batch: [], rows: right ? shape[0]! : 1, columns: right ? 1 : shape[0]! };
  return { data: numbers, batch: shape.slice(0, -2), rows: shape.at(-2)!, columns: shape.at(-1)! };
}

/** Calls `each` with the offsets of the three matrices of every batch. */
function forEachBatch(a: Factor, b: Factor, batch: readonly number[], each: (a: number, b: number, out: number) => void): void {
  const scaled = (f: Factor): number[] => broadcastStrides(f.batch, batch).map((stride) => stride * f.rows * f.columns);
  let count = 0;
  const walk = {
    shape: [...batch, 1],
    strides: [
      [...scaled(a), 0],
      [...scaled(b), 0],
    ],
  };
  forEachRow(walk, [0, 0], ([p, q]) => each(p!, q!, count++));
}

export interface MatMulOptions {
  /** Takes the last two axes of a, of b, the other way round. */
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Factor on every element. */
  readonly scale?: number;
}

/** Where the batch axes of b are all 1, those of a are rows of one large product. */
function joined(a: Factor, b: Factor, transA: boolean): Factor {
  if (transA || sizeOf(b.batch) !== 1 || a.batch.length < b.batch.length) return a;
  return { ...a, batch: [], rows: sizeOf(a.batch) * a.rows };
}

/**
 * The product of two stacks of matrices: [.., M, K] · [.., K, N] → [.., M, N]. Vectors as in NumPy's matmul.
 * @throws HeadlightError `shape` when the inner lengths differ or the batch axes do not broadcast
 */
export function matMul(a: Tensor, b: Tensor, call: Call, { transA = false, transB = false, scale = 1 }: MatMulOptions = {}): Tensor {
  const left = factor(a, false);
  const right = factor(b, true);
  const [M, K] = transA ? [left.columns, left.rows] : [left.rows, left.columns];
  const [inner, N] = transB ? [right.columns, right.rows] : [right.rows, right.columns];
  if (K !== inner) throw failure(call, 'shape', `[${a.shape}] · [${b.shape}] needs inner lengths that agree, but ${K} is not ${inner}.`);
  const batch = broadcastShape(left.batch, right.batch);
  const wide = joined(left, right, transA);
  const sizes: Sizes = { M: wide === left ? M : wide.rows, K, N };
  const out = isBig(a.data) ? new Float64Array(sizeOf(batch) * M * N) : newNumbers(a.dtype, sizeOf(batch) * M * N);
  forEachBatch(wide, right, wide === left ? batch : [], (p, q, n) => {
    const am = matrix(wide.data, p, wide.columns);
    const bm = matrix(right.data, q, right.columns);
    multiply(transA ? transposed(am) : am, transB ? transposed(bm) : bm, sizes, out, n * sizes.M * N, scale);
  });
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [M]), ...(b.shape.length === 1 ? [] : [N])];
  return isBig(a.data) ? resultFrom(a.dtype, shape, out) : result(a.dtype, shape, out);
}

/** α·A·B + β·C. The sum is taken before rounding, in doubles. */
function gemm(inputs: Inputs, call: Call): Tensor[] {
  const [a, b, c] = [need(inputs, 0, call), need(inputs, 1, call), inputs[2]];
  const options = { transA: flag(call, 'transA'), transB: flag(call, 'transB'), scale: number(call, 'alpha', 1) };
  const beta = number(call, 'beta', 1);
  const wide = { ...a, dtype: 'float64' as const };
  const product = matMul(wide, b, call, options);
  const sum = c
    ? binary(
        product,
        c,
        floatPairs((x, y) => x + beta * y),
      )
    : product;
  return [resultFrom(a.dtype, sum.shape, asNumbers(sum.data))];
}

export const products: Kernels = {
  MatMul: (inputs, call) => [matMul(need(inputs, 0, call), need(inputs, 1, call), call)],
  Gemm: gemm,
};
