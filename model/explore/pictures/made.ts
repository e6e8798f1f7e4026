/** Matrices that are computed while they are read, so that whoever shows a stored tensor shows them too. */
import type { Series } from '../series.ts';
import type { Factors } from './head.ts';
import type { Tall } from './singular.ts';

/** A·Bᵀ [rows of A, rows of B], summed in float64 and rounded once. */
export function productSeries(name: string, { left, right }: Factors): Series {
  const [R, C, d] = [left.rows, right.rows, left.columns];
  return madeSeries(name, [R, C], (r, c) => {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += left.data[r * d + i]! * right.data[c * d + i]!;
    return sum;
  });
}

/** Cosine of the angle between every two rows; 0 beside a row of zeros. */
export function cosineSeries(name: string, rows: Tall): Series {
  const { rows: n, columns: d, data } = rows;
  const norms = Float64Array.from({ length: n }, (_, r) => Math.sqrt(dot(data, r * d, data, r * d, d)));
  return madeSeries(name, [n, n], (a, b) => {
    const size = norms[a]! * norms[b]!;
    return size === 0 ? 0 : dot(data, a * d, data, b * d, d) / size;
  });
}

export function dot(a: ArrayLike<number>, from: number, b: ArrayLike<number>, at: number, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += a[from + i]! * b[at + i]!;
  return sum;
}

function madeSeries(name: string, shape: readonly [number, number], at: (r: number, c: number) => number): Series {
  const columns = shape[1];
  return {
    ...{ name, shape, dtype: 'float32', bits: 32 },
    async read(start, count) {
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) values[i] = at(Math.floor((start + i) / columns), (start + i) % columns);
      return values;
    },
  };
}
