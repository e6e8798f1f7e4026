/**
 * Sinusoidal positions of a grid, recognised by their numbers: half of the columns are a sinusoid of the patch's column, half of its row.
 *
 * Source: He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners"; Peebles, Xie 2023, "Scalable Diffusion Models with Transformers".
 */
import type { Matrix } from './matrix.ts';
import { recogniseSinusoid } from './sinusoidal.ts';

/** Columns of the grid, or null where the table is none. */
export function recogniseGridSinusoid({ rows, columns, data }: Matrix): number | null {
  const half = columns / 2;
  if (columns % 4 !== 0) return null;
  const part = (from: number, row: number) => data.subarray(row * columns + from, row * columns + from + half);
  for (let width = 2; width <= rows / 2; width++) {
    if (rows % width !== 0) continue;
    const across = stack(Array.from({ length: width }, (_, x) => part(0, x)));
    const down = stack(Array.from({ length: rows / width }, (_, y) => part(half, y * width)));
    if (recogniseSinusoid(across) && recogniseSinusoid(down)) return width;
  }
  return null;
}

function stack(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]!.length;
  const data = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    data.set(row, i * columns);
  });
  return { rows: rows.length, columns, data };
}

export function gridSinusoidFormula(width: number): string[] {
  const half = width / 2;
  return [
    `PE(x, y) = [ S(x) | S(y) ], each of ${half} numbers`,
    `S(p) = [ sin(p / 10000^(2i/${half})) | cos(p / 10000^(2i/${half})) ], i = 0 … ${half / 2 - 1}`,
  ];
}
