/** Checks and pictures of weights that are at hand as numbers. */

/** Cells of a thumbnail in each direction. */
export const CELLS = 32;

/**
 * Largest |1 − Σ row|, over rows that see something. Where a sink takes part of a row, only what is beyond 1 is an error.
 * @param weights rows of length `keys`
 */
export function rowSumError(weights: Float32Array, keys: number, sink: boolean): number {
  const sums = new Float64Array(weights.length / keys);
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let s = row * keys; s < (row + 1) * keys; s++) sum += weights[s]!;
    sums[row] = sum;
  }
  return sumError(sums, sink);
}

/** The same from the sums of the rows. */
export function sumError(sums: ArrayLike<number>, sink: boolean): number {
  let worst = 0;
  for (let row = 0; row < sums.length; row++) {
    const sum = sums[row]!;
    if (Number.isNaN(sum)) return Number.NaN;
    if (sum === 0) continue;
    worst = Math.max(worst, sink ? sum - 1 : Math.abs(1 - sum));
  }
  return worst;
}

/**
 * Weights of several heads, each pooled by maximum into at most 32 × 32 cells: thin diagonals survive. A cell is
 * ⌈T/32⌉ rows high and ⌈S/32⌉ columns wide, as in the graph, where long maps have rows of whole blocks (model/attention/probe/pool).
 * @param weights [H, T, S]
 * @returns [H, rows, columns]
 */
export function poolByMaximum(weights: Float32Array, heads: number, queries: number, keys: number) {
  const [height, width] = [Math.ceil(queries / CELLS), Math.ceil(keys / CELLS)];
  const [rows, columns] = [Math.ceil(queries / height), Math.ceil(keys / width)];
  const data = new Float32Array(heads * rows * columns);
  let at = 0;
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < queries; t++) {
      const row = (h * rows + Math.floor(t / height)) * columns;
      for (let s = 0; s < keys; s++, at++) {
        const cell = row + Math.floor(s / width);
        if (weights[at]! > data[cell]!) data[cell] = weights[at]!;
      }
    }
  }
  return { rows, columns, data };
}
