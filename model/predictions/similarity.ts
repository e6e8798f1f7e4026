/**
 * How alike two texts are to a model: the cosine of their vectors.
 *
 *     mean: v = Σ x_t / T over the tokens        first: v = x_0        cosine = a·b / (|a|·|b|)
 *
 * Source: Reimers and Gurevych 2019, "Sentence-BERT", 3 (mean and CLS pooling).
 */
import type { Tensor } from '../tensor.ts';

export type Pooling = 'mean' | 'first';

/** One vector of a text. @param states [1, T, D], or [1, D] of a model that pools by itself */
export function sentenceVector({ shape, data }: Tensor, pooling: Pooling): Float64Array {
  const width = shape.at(-1)!;
  const rows = shape.length === 3 && pooling === 'mean' ? shape[1]! : 1;
  const vector = new Float64Array(width);
  for (let t = 0; t < rows; t++) for (let d = 0; d < width; d++) vector[d]! += Number(data[t * width + d]) / rows;
  return vector;
}

/** −1 to 1; NaN where one of the two is nothing but zeros. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    dot += a[d]! * b[d]!;
    aa += a[d]! * a[d]!;
    bb += b[d]! * b[d]!;
  }
  return dot / Math.sqrt(aa * bb);
}
