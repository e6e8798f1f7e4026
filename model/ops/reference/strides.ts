/** Walking through several tensors at once, each with its own strides; what Transpose, Expand, Slice, Concat, Pad and broadcasting share. */
import { HeadlightError } from '../../errors.ts';
import { stridesOf } from '../../tensor.ts';
import type { Cells } from './kernel.ts';

/** A walk: lengths of its axes, and for every tensor its strides along them. */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * The same walk with as few axes as possible: axes of length 1 go, neighbours join where every tensor steps through them evenly.
 * Always at least one axis.
 */
export function collapse({ shape, strides }: Walk): Walk {
  const lengths: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const last = lengths.length - 1;
    const joins = last >= 0 && strides.every((s, n) => steps[n]![last] === s[axis]! * length);
    if (joins) lengths[last]! *= length;
    else lengths.push(length);
    const place = lengths.length - 1;
    strides.forEach((s, n) => {
      steps[n]![place] = s[axis]!;
    });
  }
  if (lengths.length > 0) return { shape: lengths, strides: steps };
  return { shape: [1], strides: strides.map(() => [1]) };
}

/**
 * Calls `row(places)` for every combination of the outer axes with the place of each tensor there; the caller walks the last axis.
 * `places` is one array that is used again.
 */
export function forEachRow(walk: Walk, offsets: readonly number[], row: (places: readonly number[]) => void): void {
  const { shape, strides } = walk;
  const outer = shape.length - 1;
  if (shape.some((length) => length === 0)) return;
  const places = [...offsets];
  const index = new Array<number>(outer).fill(0);
  for (;;) {
    row(places);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      index[axis]!++;
      for (let n = 0; n < places.length; n++) places[n]! += strides[n]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let n = 0; n < places.length; n++) places[n]! -= strides[n]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Moves the elements of a box of `shape` from one array to another, each with its own offset and strides. */
export function move(
  shape: readonly number[],
  from: Cells,
  fromOffset: number,
  fromStrides: readonly number[],
  to: Cells,
  toOffset = 0,
  toStrides: readonly number[] = stridesOf(shape),
): void {
  const walk = collapse({ shape, strides: [fromStrides, toStrides] });
  const last = walk.shape.length - 1;
  const length = walk.shape[last]!;
  const step = walk.strides[0]![last]!;
  const toStep = walk.strides[1]![last]!;
  forEachRow(walk, [fromOffset, toOffset], ([start, target]) => {
    let f = start!;
    let t = target!;
    for (let n = 0; n < length; n++) {
      to[t] = from[f]!;
      f += step;
      t += toStep;
    }
  });
}

/**
 * The common shape of tensors that broadcast: aligned at the last axis, 1 stretches.
 * @throws HeadlightError `shape` when two lengths differ and neither is 1
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const common = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let n = 0; n < shape.length; n++) {
      const axis = rank - shape.length + n;
      const length = shape[n]!;
      if (length === 1 || length === common[axis]) continue;
      if (common[axis] !== 1) {
        throw new HeadlightError(
          'shape',
          `Shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not broadcast to one another.`,
        );
      }
      common[axis] = length;
    }
  }
  return common;
}

/** Strides of a tensor of `shape` seen as one of `target`: 0 along axes that stretch. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
}
