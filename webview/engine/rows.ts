/** Checks and pictures of weights that are at hand as numbers. */

/** Cells of a thumbnail in each direction. */
export const CELLS = 32;

/**
 * Largest |1 − Σ row|, over rows that see something. Where a sink takes part of a row, only what is beyond 1 is an error.
 * @param weights rows of length `keys`
 */
export function rowSumError(weights: Float32Array, keys: number, sink: boolean): number {
  let worst = 0;
  for (let start = 0; start < weights.length; start += keys) {
    let sum = 0;
    for (let s = start; s < start + keys; s++) sum += weights[s]!;
    if (sum === 0) continue;
    const error = sink ? Math.max(0, sum - 1) : Math.abs(1 - sum);
    // NaN must not pass as no error.
    if (!(error <= worst)) worst = error;
    if (Number.isNaN(error)) return Number.NaN;
  }
  return worst;
}

/**
 * Weights of several heads, each pooled by maximum into at most 32 × 32 cells: thin diagonals survive. Cell r of n covers the rows
 * ⌊r·T/n⌋ up to ⌊(r+1)·T/n⌋.
 * @param weights [H, T, S]
 * @returns [H, rows, columns]
 */
export function poolByMaximum(weights: Float32Array, heads: number, queries: number, keys: number) {
  const rows = Math.min(CELLS, queries);
  const columns = Math.min(CELLS, keys);
  const rowOf = cellsOf(queries, rows);
  const columnOf = cellsOf(keys, columns);
  const data = new Float32Array(heads * rows * columns);
  let at = 0;
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < queries; t++) {
      const row = (h * rows + rowOf[t]!) * columns;
      for (let s = 0; s < keys; s++, at++) {
        const cell = row + columnOf[s]!;
        if (weights[at]! > data[cell]!) data[cell] = weights[at]!;
      }
    }
  }
  return { rows, columns, data };
}

/** The cell of each position. */
function cellsOf(length: number, cells: number): Uint8Array {
  const cellOf = new Uint8Array(length);
  for (let cell = 0; cell < cells; cell++) {
    cellOf.fill(cell, Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells));
  }
  return cellOf;
}
