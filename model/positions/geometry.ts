/** How positions lie to each other: products, angles and distances of the rows of a table, and how they change with the distance in the text. */
import type { Matrix } from './matrix.ts';

/** How alike two positions are: dot product, cosine of the angle, or Euclidean distance. */
export type Likeness = 'dot' | 'cosine' | 'distance';

/** [P, P]. Cost: P²·D. */
export function likenessOf({ rows, columns, data }: Matrix, how: Likeness): Matrix {
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += data[i * columns + c]! * data[j * columns + c]!;
      products[i * rows + j] = sum;
      products[j * rows + i] = sum;
    }
  }
  const square = (i: number) => products[i * rows + i]!;
  const values = products.map((dot, at) => {
    const [i, j] = [Math.floor(at / rows), at % rows];
    if (how === 'dot') return dot;
    if (how === 'distance') return Math.sqrt(Math.max(0, square(i) + square(j) - 2 * dot));
    const size = Math.sqrt(square(i) * square(j));
    return size === 0 ? 0 : dot / size;
  });
  return { rows, columns: rows, data: Float32Array.from(values) };
}

/** A mean over all pairs that are equally far apart. */
export interface ByDistance {
  /** key − query, ascending */
  readonly distances: readonly number[];
  readonly means: readonly number[];
  /** Pairs behind each mean. */
  readonly counts: readonly number[];
}

/**
 * Means along the diagonals of a map [T, S]: the effect of distance, content aside. Query i stands at position i + S − T.
 * @param counts whether a cell is to be counted: what a mask hides is not
 */
export function meanByDistance(
  { rows, columns, data }: Matrix,
  counts: (value: number, row: number, column: number) => boolean,
): ByDistance {
  const shift = columns - rows;
  const span = rows + columns - 1;
  const [sums, many] = [new Float64Array(span), new Int32Array(span)];
  for (let at = 0; at < data.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    if (!counts(data[at]!, row, column)) continue;
    sums[column - row + rows - 1]! += data[at]!;
    many[column - row + rows - 1]!++;
  }
  const seen = Array.from({ length: span }, (_, place) => place).filter((place) => many[place]! > 0);
  return {
    distances: seen.map((place) => place - (rows - 1) - shift),
    means: seen.map((place) => sums[place]! / many[place]!),
    counts: seen.map((place) => many[place]!),
  };
}

/**
 * What rotation alone makes of the product of two equal vectors that are δ apart: the mean of cos(δ·θᵢ) over the pairs.
 * Source: Su et al. 2021, "RoFormer", 3.4.3 (long-term decay).
 */
export function rotaryDecay(frequencies: ArrayLike<number>, longest: number): number[] {
  const pairs = frequencies.length;
  return Array.from({ length: longest + 1 }, (_, distance) => {
    let sum = 0;
    for (let i = 0; i < pairs; i++) sum += Math.cos(distance * frequencies[i]!);
    return sum / pairs;
  });
}
