/**
 * A picture's worth of a tensor: two of its axes, the others held at an index, every n-th row and column of a window. Only the ranges that hold
 * shown numbers are read; neighbours that lie close are read together.
 */
import { HeadlightError } from '../errors.ts';
import { stridesOf } from '../tensor.ts';
import type { Numbers } from './numbers.ts';
import type { Series } from './series.ts';

export interface Window {
  /** First index on the axis. */
  readonly start: number;
  /** Indices that are shown: `start`, `start + step`, … */
  readonly count: number;
  readonly step: number;
}

export interface SliceParams {
  /** Axis that runs down and axis that runs right; −1 for none (a vector, a scalar). */
  readonly rowAxis: number;
  readonly columnAxis: number;
  /** Index on every axis; those of the two shown axes do not count. */
  readonly at: readonly number[];
  readonly rows: Window;
  readonly columns: Window;
}

export interface Slice {
  /** [rows, columns] */
  readonly values: Float64Array;
  /** The numbers' own words where float64 cannot hold them (64-bit integers beyond 2^53), else null. */
  readonly words: readonly string[] | null;
}

/** Most numbers of a slice. */
export const SLICE_LIMIT = 4_000_000;
/** Gap, in bytes, that is read rather than skipped. */
const GAP = 16 * 1024;
/** Longest read, in bytes. */
const READ = 4 * 1024 * 1024;

/** @throws HeadlightError `shape` for a window that leaves the tensor, `limit` for one of too many numbers */
export async function readSlice(series: Series, params: SliceParams): Promise<Slice> {
  const { rows, columns } = params;
  check(series, params);
  const offsets = offsetsOf(series.shape, params);
  const order = Uint32Array.from(offsets, (_, i) => i);
  // Where rows run against the order of the file the offsets do not rise.
  if (!rises(offsets)) order.sort((a, b) => offsets[a]! - offsets[b]!);
  const values = new Float64Array(rows.count * columns.count);
  const words: string[] = [];
  for (let begin = 0; begin < order.length; ) {
    const end = endOfRun(offsets, order, begin, series.bits);
    const first = even(offsets[order[begin]!]!, series.bits);
    const piece = await series.read(first, offsets[order[end - 1]!]! - first + 1);
    for (let i = begin; i < end; i++) put(piece, offsets[order[i]!]! - first, order[i]!, values, words);
    begin = end;
  }
  return { values, words: words.length > 0 ? Array.from(values, (value, i) => words[i] ?? String(value)) : null };
}

function put(piece: Numbers, from: number, to: number, values: Float64Array, words: string[]): void {
  const value = piece[from]!;
  values[to] = Number(value);
  if (typeof value === 'bigint' && BigInt(values[to]) !== value) words[to] = String(value);
  else if (typeof value === 'bigint' && !Number.isSafeInteger(values[to])) words[to] = String(value);
}

/** Packed elements are read from a whole byte on. */
const even = (offset: number, bits: number) => (bits < 8 ? offset - (offset % (8 / bits)) : offset);

function check({ shape, name }: Series, { rowAxis, columnAxis, at, rows, columns }: SliceParams): void {
  const fits = (axis: number, { start, count, step }: Window) =>
    Number.isSafeInteger(start) &&
    start >= 0 &&
    count >= 0 &&
    step >= 1 &&
    start + Math.max(0, count - 1) * step < (axis < 0 ? 1 : shape[axis]!);
  const inside =
    at.length === shape.length &&
    at.every((index, axis) => index >= 0 && (index < shape[axis]! || axis === rowAxis || axis === columnAxis));
  if (!inside || !fits(rowAxis, rows) || !fits(columnAxis, columns))
    throw new HeadlightError('shape', `That part is not in ${name} [${shape.join(', ')}].`);
  if (rows.count * columns.count > SLICE_LIMIT)
    throw new HeadlightError('limit', `A part has at most ${SLICE_LIMIT.toLocaleString('en')} values; choose a smaller one.`);
}

function offsetsOf(shape: readonly number[], { rowAxis, columnAxis, at, rows, columns }: SliceParams): Float64Array {
  const strides = stridesOf(shape);
  let base = 0;
  shape.forEach((_, axis) => {
    if (axis !== rowAxis && axis !== columnAxis) base += at[axis]! * strides[axis]!;
  });
  const offsets = new Float64Array(rows.count * columns.count);
  const down = rowAxis < 0 ? 0 : strides[rowAxis]!;
  const right = columnAxis < 0 ? 0 : strides[columnAxis]!;
  for (let r = 0; r < rows.count; r++) {
    const row = base + (rows.start + r * rows.step) * down;
    for (let c = 0; c < columns.count; c++) offsets[r * columns.count + c] = row + (columns.start + c * columns.step) * right;
  }
  return offsets;
}

function rises(offsets: Float64Array): boolean {
  for (let i = 1; i < offsets.length; i++) if (offsets[i]! < offsets[i - 1]!) return false;
  return true;
}

/** How far one read goes: up to a gap that is cheaper to skip. */
function endOfRun(offsets: Float64Array, order: Uint32Array, begin: number, bits: number): number {
  const first = offsets[order[begin]!]!;
  let end = begin + 1;
  while (end < order.length) {
    const next = offsets[order[end]!]!;
    if (((next - offsets[order[end - 1]!]!) * bits) / 8 > GAP || ((next - first) * bits) / 8 > READ) break;
    end++;
  }
  return end;
}
