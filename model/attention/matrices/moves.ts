/** What operators that only move numbers do to the record of where each one comes from. Pure. */
import { count, strides } from '../infer/fact.ts';
import type { Origins } from './origins.ts';

/** The same numbers in another shape. */
export const withShape = (from: Origins | null, shape: readonly number[]): Origins | null =>
  from && count(shape) === from.columns.length ? { ...from, shape } : null;

/** Numbers at another place: `source` says the flat index that each one had. */
const moved = (from: Origins, shape: readonly number[], source: (index: readonly number[]) => number): Origins => {
  const columns = new Int32Array(count(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < columns.length; i++) {
    columns[i] = from.columns[source(index)] ?? -1;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! >= shape[axis]!; axis--) index[axis] = 0;
  }
  return { ...from, shape, columns };
};

export function transposed(from: Origins | null, perm: readonly number[] | undefined): Origins | null {
  if (!from) return null;
  const order = perm ?? from.shape.map((_, i) => from.shape.length - 1 - i);
  const steps = strides(from.shape);
  return moved(
    from,
    order.map((axis) => from.shape[axis]!),
    (index) => index.reduce((sum, at, i) => sum + at * steps[order[i]!]!, 0),
  );
}

/** Broadcasting to a larger shape. */
export function stretched(from: Origins | null, shape: readonly number[]): Origins | null {
  if (!from || (from.shape.length === shape.length && from.shape.every((n, i) => n === shape[i]))) return from;
  const steps = strides(from.shape);
  const lead = shape.length - from.shape.length;
  if (lead < 0) return null;
  return moved(from, shape, (index) => from.shape.reduce((sum, n, i) => sum + (n === 1 ? 0 : index[lead + i]! * steps[i]!), 0));
}

/** Chosen indices of one axis. */
export function picked(from: Origins, shape: readonly number[], axis: number, source: (index: number) => number): Origins {
  const steps = strides(from.shape);
  return moved(from, shape, (index) => index.reduce((sum, at, i) => sum + (i === axis ? source(at) : at) * steps[i]!, 0));
}

export function place(part: Origins, into: Int32Array, steps: readonly number[], axis: number, start: number): void {
  const own = strides(part.shape);
  for (let i = 0; i < part.columns.length; i++) {
    let at = start * steps[axis]!;
    for (let j = 0; j < own.length; j++) at += (Math.floor(i / own[j]!) % part.shape[j]!) * steps[j]!;
    into[at] = part.columns[i]!;
  }
}
