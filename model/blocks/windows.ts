/**
 * Windows over a grid of patches: attention stays within squares of w × w patches; in every other block the grid is rolled by half a window
 * first, so that neighbours on both sides of a border meet.
 *
 * Everything is a choice of indices: a window is w² places of the sequence, and places beyond the grid are a patch of zeros.
 *
 * Source: Liu et al. 2021, "Swin Transformer", 3.1 and 3.2.
 */
import type { Ops } from '../ops/ops.ts';

/** A grid of patches whose size is known when the model runs. */
export interface Grid<T> {
  /** int64 [] each */
  readonly rows: T;
  readonly columns: T;
}

/** How a grid is cut, for one roll of it. */
export interface WindowCut<T> {
  /** For every window its w² places in the sequence; P is beyond the grid. int64 [windows, w²] */
  readonly places: T;
  /** For every patch its place in the windows, one after the other: int64 [P] */
  readonly back: T;
  /** bool [windows, w², w²]: patches that the roll brought together from opposite edges do not see each other; null without a roll. */
  readonly visible: T | null;
}

/** The cuts of a grid: even blocks as it lies, odd blocks rolled. */
export interface WindowCuts<T> {
  readonly straight: WindowCut<T>;
  readonly rolled: WindowCut<T>;
}

const int = <T>(ops: Ops<T>, value: number): T => ops.scalar(value, 'int64');

/** ⌈a/b⌉·b */
function roundedUp<T>(ops: Ops<T>, a: T, b: number): T {
  return ops.mul(ops.div(ops.add(a, int(ops, b - 1)), int(ops, b)), int(ops, b));
}

/**
 * Both cuts of a grid. A grid that is no larger than a window is not rolled.
 * @param size w
 */
export function windowCuts<T>(ops: Ops<T>, grid: Grid<T>, size: number): WindowCuts<T> {
  const shorter = ops.min(grid.rows, grid.columns);
  const half = ops.where(ops.lessOrEqual(shorter, int(ops, size)), int(ops, 0), int(ops, Math.floor(size / 2)));
  return { straight: cut(ops, grid, size, null), rolled: cut(ops, grid, size, size > 1 ? half : null) };
}

/** @param shift by how many patches the grid is rolled up and left: int64 []; null for none */
function cut<T>(ops: Ops<T>, grid: Grid<T>, size: number, shift: T | null): WindowCut<T> {
  const rows = axisCut(ops, grid.rows, size, shift);
  const columns = axisCut(ops, grid.columns, size, shift);
  const places = inWindows(ops, placesOf(ops, grid, rows.source, columns.source), rows.padded, columns.padded, size);
  const across = ops.div(columns.padded, int(ops, size)); // windows in a row of windows
  const [row, column] = [ops.unsqueeze(rows.target, [1]), ops.unsqueeze(columns.target, [0])]; // [rows, 1], [1, columns]
  const window = ops.add(ops.mul(ops.div(row, int(ops, size)), across), ops.div(column, int(ops, size)));
  const within = ops.add(ops.mul(ops.mod(row, int(ops, size)), int(ops, size)), ops.mod(column, int(ops, size)));
  const back = ops.reshape(ops.add(ops.mul(window, int(ops, size * size)), within), [-1]);
  return { places, back, visible: shift === null ? null : sameRegion(ops, rows, columns, size, shift) };
}

/** One axis of the rolled grid, padded to whole windows. */
interface AxisCut<T> {
  /** int64 [] */
  readonly padded: T;
  /** Which row lies at each place of the rolled axis: int64 [padded] */
  readonly source: T;
  /** Where each row of the grid lies on the rolled axis: int64 [length] */
  readonly target: T;
}

function axisCut<T>(ops: Ops<T>, length: T, size: number, shift: T | null): AxisCut<T> {
  const padded = roundedUp(ops, length, size);
  const [all, own] = [ops.range(0, padded), ops.range(0, length)];
  if (shift === null) return { padded, source: all, target: own };
  return { padded, source: ops.mod(ops.add(all, shift), padded), target: ops.mod(ops.sub(own, shift), padded) };
}

/**
 * Places in the sequence of chosen rows and columns; P = rows·columns for those beyond the grid.
 * @param rows int64 [m]
 * @param columns int64 [n]
 * @returns int64 [m, n]
 */
export function placesOf<T>(ops: Ops<T>, grid: Grid<T>, rows: T, columns: T): T {
  const [row, column] = [ops.unsqueeze(rows, [1]), ops.unsqueeze(columns, [0])];
  const inside = ops.and(ops.less(row, grid.rows), ops.less(column, grid.columns));
  return ops.where(inside, ops.add(ops.mul(row, grid.columns), column), ops.mul(grid.rows, grid.columns));
}

/** [rows, columns] → [windows, w²], windows in the order of reading */
function inWindows<T>(ops: Ops<T>, x: T, rows: T, columns: T, size: number): T {
  const count = (length: T): T => ops.unsqueeze(ops.div(length, int(ops, size)), [0]);
  const shape = ops.concat([count(rows), ops.integers([size]), count(columns), ops.integers([size])], { axis: 0 });
  return ops.reshape(ops.transpose(ops.reshape(x, shape), [0, 2, 1, 3]), [-1, size * size]);
}

/** Whether two patches of a window lay together before the roll: bool [windows, w², w²] */
function sameRegion<T>(ops: Ops<T>, rows: AxisCut<T>, columns: AxisCut<T>, size: number, shift: T): T {
  const region = ({ padded }: AxisCut<T>): T => {
    const place = ops.range(0, padded);
    const from = (distance: T): T => ops.cast(ops.greaterOrEqual(place, ops.sub(padded, distance)), 'int64');
    return ops.add(from(int(ops, size)), from(shift)); // 0, 1 or 2
  };
  const [row, column] = [ops.unsqueeze(region(rows), [1]), ops.unsqueeze(region(columns), [0])];
  const regions = inWindows(ops, ops.add(ops.mul(row, int(ops, 3)), column), rows.padded, columns.padded, size);
  return ops.equal(ops.unsqueeze(regions, [1]), ops.unsqueeze(regions, [2]));
}

/**
 * The vectors at places of a sequence; P stands for a vector of zeros.
 * @param x [B, P, D]
 * @param places int64 [..]
 * @returns [B, .., D]
 */
export function atPlaces<T>(ops: Ops<T>, x: T, places: T): T {
  return ops.gather(ops.pad(x, [0, 1], 0, [1]), places, { axis: 1 });
}

/**
 * A bias for every pair of patches of a window, by how they lie to each other.
 * @param table [(2w − 1)², H]
 * @returns [1, H, w², w²]
 */
export function windowBias<T>(ops: Ops<T>, table: T, size: number): T {
  const places = ops.range(0, size * size);
  const between = (along: T): T => ops.add(ops.sub(ops.unsqueeze(along, [1]), ops.unsqueeze(along, [0])), int(ops, size - 1));
  const rows = between(ops.div(places, int(ops, size)));
  const columns = between(ops.mod(places, int(ops, size)));
  const index = ops.add(ops.mul(rows, int(ops, 2 * size - 1)), columns); // [w², w²]
  return ops.unsqueeze(ops.transpose(ops.gather(table, index), [2, 0, 1]), [0]);
}
