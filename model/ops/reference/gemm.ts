/**
 * The matrix product that everything with weights uses: out[m, n] = scale · Σ_k a[m, k] · b[k, n] (+ what `out` starts from).
 *
 * Blocked for speed: columns of b are packed four at a time into a strip of doubles, rows of a likewise, so that the inner loop reads
 * both in order and keeps its 16 sums in local variables. Sums are doubles, rounded once on store. Cost: M·K·N multiplications.
 */
import type { NumberArray } from './kernel.ts';

/** A matrix inside an array: element [row, column] lies at offset + row·rowStep + column·columnStep. */
export interface Matrix {
  readonly data: NumberArray;
  readonly offset: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export interface Sizes {
  readonly M: number;
  readonly K: number;
  readonly N: number;
}

/** Edge of a block: rows and columns that the inner loop computes together. */
const EDGE = 4;
/** Below this many rows packing costs more than it saves. */
const FEW_ROWS = 3;

/** A row-major matrix of `columns` columns from `offset` on. */
export function matrix(data: NumberArray, offset: number, columns: number): Matrix {
  return { data, offset, rowStep: columns, columnStep: 1 };
}

/** The transposed matrix; nothing is moved. */
export function transposed(m: Matrix): Matrix {
  return { ...m, rowStep: m.columnStep, columnStep: m.rowStep };
}

/**
 * Writes the product into `out`, row-major [M, N] from `offset` on.
 * @param scale factor on every sum
 */
export function multiply(a: Matrix, b: Matrix, { M, K, N }: Sizes, out: NumberArray, offset: number, scale = 1): void {
  if (M <= FEW_ROWS) multiplyRows(a, b, { M, K, N }, out, offset, scale);
  else multiplyBlocks(a, b, { M, K, N }, out, offset, scale);
}

/** Few rows: whichever way b lies in memory is walked in order, so that nothing needs to be packed. */
function multiplyRows(a: Matrix, b: Matrix, { M, K, N }: Sizes, out: NumberArray, offset: number, scale: number): void {
  const row = new Float64Array(K);
  for (let m = 0; m < M; m++) {
    for (let k = 0; k < K; k++) row[k] = a.data[a.offset + m * a.rowStep + k * a.columnStep]!;
    const sums = b.rowStep < b.columnStep ? sumColumns(row, b, N) : sumRows(row, b, N);
    for (let n = 0; n < N; n++) out[offset + m * N + n] = scale * sums[n]!;
  }
}

/** Every column of b by itself. */
function sumColumns(row: Float64Array, b: Matrix, N: number): Float64Array {
  const sums = new Float64Array(N);
  for (let n = 0; n < N; n++) sums[n] = dot(row, b.data, b.offset + n * b.columnStep, b.rowStep);
  return sums;
}

function dot(row: Float64Array, data: NumberArray, start: number, step: number): number {
  let sum = 0;
  for (let k = 0, at = start; k < row.length; k++, at += step) sum += row[k]! * data[at]!;
  return sum;
}

/** Rows of b added up, each weighted by one element of the row. */
function sumRows(row: Float64Array, b: Matrix, N: number): Float64Array {
  const sums = new Float64Array(N);
  for (let k = 0; k < row.length; k++) addRow(sums, row[k]!, b.data, b.offset + k * b.rowStep, b.columnStep);
  return sums;
}

function addRow(sums: Float64Array, factor: number, row: NumberArray, start: number, step: number): void {
  for (let n = 0, at = start; n < sums.length; n++, at += step) sums[n]! += factor * row[at]!;
}

/** Packs `count` (at most 4) vectors of length K side by side: strip[4·k + i] is element k of vector i; missing ones are 0. */
function pack(
  from: Matrix,
  first: number,
  count: number,
  vectorStep: number,
  step: number,
  K: number,
  strip: Float64Array,
  at: number,
): void {
  for (let i = 0; i < EDGE; i++) {
    let place = from.offset + (first + i) * vectorStep;
    if (i >= count) for (let k = 0; k < K; k++) strip[at + EDGE * k + i] = 0;
    else for (let k = 0; k < K; k++, place += step) strip[at + EDGE * k + i] = from.data[place]!;
  }
}

function multiplyBlocks(a: Matrix, b: Matrix, { M, K, N }: Sizes, out: NumberArray, offset: number, scale: number): void {
  const rows = new Float64Array(Math.ceil(M / EDGE) * EDGE * K);
  for (let m = 0; m < M; m += EDGE) pack(a, m, Math.min(EDGE, M - m), a.rowStep, a.columnStep, K, rows, m * K);
  const columns = new Float64Array(EDGE * K);
  const sums = new Float64Array(EDGE * EDGE);
  for (let n = 0; n < N; n += EDGE) {
    const width = Math.min(EDGE, N - n);
    pack(b, n, width, b.columnStep, b.rowStep, K, columns, 0);
    for (let m = 0; m < M; m += EDGE) {
      block(rows, m * K, columns, K, sums);
      store(sums, Math.min(EDGE, M - m), width, out, offset + m * N + n, N, scale);
    }
  }
}

function store(sums: Float64Array, height: number, width: number, out: NumberArray, start: number, N: number, scale: number): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) out[start + i * N + j] = scale * sums[EDGE * i + j]!;
  }
}

/** A 4 × 4 block of products of two packed strips. Unrolled: this loop is where the time goes. */
function block(rows: Float64Array, at: number, columns: Float64Array, K: number, sums: Float64Array): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  const end = EDGE * K;
  for (let k = 0; k < end; k += EDGE) {
    const b0 = columns[k]!;
    const b1 = columns[k + 1]!;
    const b2 = columns[k + 2]!;
    const b3 = columns[k + 3]!;
    const a0 = rows[at + k]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = rows[at + k + 1]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = rows[at + k + 2]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = rows[at + k + 3]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
  sums[8] = s20;
  sums[9] = s21;
  sums[10] = s22;
  sums[11] = s23;
  sums[12] = s30;
  sums[13] = s31;
  sums[14] = s32;
  sums[15] = s33;
}
