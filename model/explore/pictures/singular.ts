/**
 * Singular values of a product A·Bᵀ of two tall matrices without ever making the product:
 *
 *     A = Q_a R_a,  B = Q_b R_b        A·Bᵀ has the singular values of R_a·R_bᵀ, which is d × d
 *
 * R by Householder's reflections; the values by one-sided Jacobi rotations, which find small ones as truly as large ones.
 * Source: Golub and Van Loan, "Matrix Computations", 5.2.2 and 8.6.3.
 */

/** Row-major [rows, columns]. */
export interface Tall {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Falling; d of them, where both have d columns. Cost: rows · d² + sweeps · d³. */
export function singularOfProduct(a: Tall, b: Tall): Float64Array {
  return singularValues(timesTransposed(triangle(a), triangle(b)));
}

/** R of A = Q·R, [n, columns] with n = min(rows, columns). */
export function triangle({ rows, columns, data }: Tall): Tall {
  const work = Float64Array.from(data);
  const n = Math.min(rows, columns);
  for (let k = 0; k < n; k++) reflect(work, rows, columns, k);
  const kept = new Float64Array(n * columns);
  for (let r = 0; r < n; r++) for (let c = r; c < columns; c++) kept[r * columns + c] = work[r * columns + c]!;
  return { rows: n, columns, data: kept };
}

/** Makes column k zero below the diagonal. */
function reflect(work: Float64Array, rows: number, columns: number, k: number): void {
  let norm = 0;
  for (let r = k; r < rows; r++) norm = Math.hypot(norm, work[r * columns + k]!);
  if (norm === 0) return;
  const alpha = work[k * columns + k]! > 0 ? -norm : norm;
  const v = new Float64Array(rows - k);
  for (let r = k; r < rows; r++) v[r - k] = work[r * columns + k]!;
  v[0]! -= alpha;
  const square = v.reduce((sum, x) => sum + x * x, 0);
  for (let c = k; c < columns; c++) {
    let dot = 0;
    for (let r = k; r < rows; r++) dot += v[r - k]! * work[r * columns + c]!;
    const factor = (2 * dot) / square;
    for (let r = k; r < rows; r++) work[r * columns + c]! -= factor * v[r - k]!;
  }
}

/** A·Bᵀ. */
function timesTransposed(a: Tall, b: Tall): Tall {
  const data = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let c = 0; c < a.columns; c++) sum += a.data[i * a.columns + c]! * b.data[j * b.columns + c]!;
      data[i * b.rows + j] = sum;
    }
  }
  return { rows: a.rows, columns: b.rows, data };
}

/** Most rounds of rotations; a handful is enough for any matrix of float32 numbers. */
const SWEEPS = 60;

/** Falling. */
export function singularValues({ rows, columns, data }: Tall): Float64Array {
  // Columns as rows of their own, so that a rotation walks along memory.
  const column = Array.from({ length: columns }, (_, c) => Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]!));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < columns - 1; p++) for (let q = p + 1; q < columns; q++) turned = rotate(column[p]!, column[q]!) || turned;
    if (!turned) break;
  }
  const values = Float64Array.from(column, (one) => Math.sqrt(one.reduce((sum, x) => sum + x * x, 0)));
  return values.sort().reverse().slice(0, Math.min(rows, columns));
}

/** Turns two columns until they are orthogonal; false when they are. */
function rotate(x: Float64Array, y: Float64Array): boolean {
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!;
    yy += y[i]! * y[i]!;
    xy += x[i]! * y[i]!;
  }
  if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx * yy) || xy === 0) return false;
  const zeta = (yy - xx) / (2 * xy);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    x[i] = c * a - s * b;
    y[i] = s * a + c * b;
  }
  return true;
}
