/** Operators of two inputs that broadcast: the loops, apart from what is done with each pair. */
import { HeadlightError } from '../../errors.ts';
import { allocate, type DType, sizeOf, stridesOf, type Tensor, type TensorData } from '../../tensor.ts';
import { asNumbers, isBig, type NumberArray, result } from './kernel.ts';
import { broadcastShape, broadcastStrides, collapse, forEachRow } from './strides.ts';

/** One row of pairs: out[o + n] from a[p + n·sa] and b[q + n·sb], for n < length. */
export type Row<A, O> = (a: A, p: number, sa: number, b: A, q: number, sb: number, out: O, o: number, length: number) => void;

/** A row that computes every pair with `of`. */
export function rowOf(of: (a: number, b: number) => number): Row<NumberArray, NumberArray> {
  return (a, p, sa, b, q, sb, out, o, length) => {
    for (let n = 0; n < length; n++) out[o + n] = of(a[p + n * sa]!, b[q + n * sb]!);
  };
}

type BigArray = BigInt64Array | BigUint64Array;

/** The same over 64-bit integers. */
export function bigRowOf<O extends bigint | number>(of: (a: bigint, b: bigint) => O): Row<BigArray, { [n: number]: O }> {
  return (a, p, sa, b, q, sb, out, o, length) => {
    for (let n = 0; n < length; n++) out[o + n] = of(a[p + n * sa]!, b[q + n * sb]!);
  };
}

function walkPairs<A, O>(a: Tensor, from: A, b: Tensor, other: A, shape: readonly number[], out: O, row: Row<A, O>): void {
  const strides = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape), stridesOf(shape)];
  const walk = collapse({ shape, strides });
  const last = walk.shape.length - 1;
  const length = walk.shape[last]!;
  const sa = walk.strides[0]![last]!;
  const sb = walk.strides[1]![last]!;
  forEachRow(walk, [0, 0, 0], ([p, q, o]) => row(from, p!, sa, other, q!, sb, out, o!, length));
}

/** What an operator does with a pair of numbers, and with a pair of 64-bit integers. */
export interface Pairs {
  readonly numbers: Row<NumberArray, NumberArray>;
  readonly bigs: Row<BigArray, { [n: number]: bigint }> | Row<BigArray, { [n: number]: number }>;
}

/** Pairs of floats alone: the caller never has 64-bit integers. */
export function floatPairs(of: (a: number, b: number) => number): Pairs {
  const refuse = (): never => {
    throw new HeadlightError('unsupported', 'This operator is not defined for 64-bit integers.');
  };
  return { numbers: rowOf(of), bigs: refuse };
}

/**
 * An operator of two inputs over all pairs of their common shape.
 * @param dtype of the result; of `a` unless said
 * @throws HeadlightError `shape` when the shapes do not broadcast
 */
export function binary(a: Tensor, b: Tensor, pairs: Pairs, dtype: DType = a.dtype): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  const out: TensorData = allocate(dtype, sizeOf(shape));
  if (isBig(a.data) && isBig(b.data)) {
    walkPairs<BigArray, never>(a, a.data, b, b.data, shape, out as never, pairs.bigs as Row<BigArray, never>);
  } else walkPairs(a, asNumbers(a.data), b, asNumbers(b.data), shape, out as NumberArray, pairs.numbers);
  return result(dtype, shape, out);
}
