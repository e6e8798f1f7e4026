/**
 * Principal components of the rows of a table: the plane in which they spread most, and how much of their variance lies in it.
 *
 * Subspace iteration on XᵀX of the centred rows, which needs no D × D matrix. Source: Golub, Van Loan, "Matrix Computations", 8.2.4.
 */
import type { Matrix } from './matrix.ts';

export interface Components {
  /** Coordinates of every row along the first components: [P, 2] */
  readonly places: Float32Array;
  /** Share of the variance along each of the two, 0 to 1. */
  readonly explained: readonly [number, number];
}

const STEPS = 500;
/** A step that turns the plane by less, as a sine, ends the iteration. */
const STILL = 1e-9;

/** @returns null for fewer than three rows, or rows that are all the same. Cost: steps·P·D. */
export function principalComponents({ rows, columns, data }: Matrix): Components | null {
  if (rows < 3) return null;
  const centred = centre(rows, columns, data);
  const total = centred.reduce((sum, x) => sum + x * x, 0);
  if (total === 0) return null;
  let basis = [start(columns, 0), start(columns, 1)] as [Float64Array, Float64Array];
  orthonormalise(basis);
  for (let step = 0; step < STEPS; step++) {
    const next = basis.map((vector) => onto(centred, rows, columns, along(centred, rows, columns, vector))) as typeof basis;
    orthonormalise(next);
    const turned = Math.max(...next.map((vector, i) => 1 - Math.abs(dot(vector, basis[i]!))));
    basis = next;
    if (turned < STILL) break;
  }
  const [first, second] = basis.map((vector) => along(centred, rows, columns, vector)) as [Float64Array, Float64Array];
  const places = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? first : second)[i >> 1]!);
  return { places, explained: [dot(first, first) / total, dot(second, second) / total] };
}

function centre(rows: number, columns: number, data: Float32Array): Float64Array {
  const out = Float64Array.from(data.subarray(0, rows * columns));
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += out[r * columns + c]! / rows;
    for (let r = 0; r < rows; r++) out[r * columns + c]! -= mean;
  }
  return out;
}

/** Two directions to begin with, the same every time, and not along any axis. */
const start = (columns: number, which: number): Float64Array =>
  Float64Array.from({ length: columns }, (_, c) => Math.cos(c * c + (which + 1) * (c + 1)));

/** X·v: [P, D], [D] → [P] */
function along(x: Float64Array, rows: number, columns: number, v: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[r]! += x[r * columns + c]! * v[c]!;
  return out;
}

/** Xᵀ·u: [P, D], [P] → [D] */
function onto(x: Float64Array, rows: number, columns: number, u: Float64Array): Float64Array {
  const out = new Float64Array(columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c]! += x[r * columns + c]! * u[r]!;
  return out;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

function orthonormalise([a, b]: readonly [Float64Array, Float64Array]): void {
  scale(a, 1 / (Math.sqrt(dot(a, a)) || 1));
  const share = dot(a, b);
  for (let i = 0; i < b.length; i++) b[i]! -= share * a[i]!;
  scale(b, 1 / (Math.sqrt(dot(b, b)) || 1));
}

function scale(v: Float64Array, factor: number): void {
  for (let i = 0; i < v.length; i++) v[i]! *= factor;
}
