/** Operators about shapes: elements are moved or only seen otherwise, never changed. */
import { allocate, sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import {
  axisOf,
  type Call,
  type Cells,
  failure,
  flag,
  type Inputs,
  int64s,
  integersFrom,
  integersOf,
  type Kernels,
  need,
  number,
  numbers,
} from './kernel.ts';
import { broadcastShape, broadcastStrides, move } from './strides.ts';

/** The same elements in another shape; shares the array. */
export function seenAs(x: Tensor, shape: readonly number[], call: Call): Tensor {
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw failure(call, 'shape', `[${x.shape.join(', ')}] cannot become [${shape.join(', ')}]: the numbers of elements differ.`);
  }
  return { dtype: x.dtype, shape, data: x.data };
}

/** Axes in another order: `perm[n]` is the axis of x that becomes axis n. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => x.shape[axis]!);
  const strides = stridesOf(x.shape);
  const data = allocate(x.dtype, x.data.length);
  const steps = perm.map((axis) => strides[axis]!);
  move(shape, x.data as Cells, 0, steps, data as Cells);
  return { dtype: x.dtype, shape, data };
}

function transposeOf(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const perm = numbers(call, 'perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  if ([...perm].sort((a, b) => a - b).join() !== x.shape.map((_, axis) => axis).join()) {
    throw failure(call, 'shape', `perm [${perm.join(', ')}] is no order of the ${x.shape.length} axes.`);
  }
  return [transpose(x, perm)];
}

/** 0 keeps a length (unless allowzero), −1 takes what is left. */
function reshape(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const asked = integersFrom(inputs, 1, call, 'shape') ?? [];
  const keeps = !flag(call, 'allowzero');
  const shape = asked.map((length, axis) => (length === 0 && keeps ? (x.shape[axis] ?? 0) : length));
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const rest = sizeOf(shape.filter((_, axis) => axis !== free));
    shape[free] = rest === 0 ? 0 : x.data.length / rest;
  }
  return [seenAs(x, shape, call)];
}

function flatten(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const asked = number(call, 'axis', 1);
  const axis = asked < 0 ? asked + x.shape.length : asked;
  return [seenAs(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))], call)];
}

function squeeze(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axes = integersFrom(inputs, 1, call, 'axes')?.map((axis) => axisOf(axis, x.shape.length, call));
  const shape = x.shape.filter((length, axis) => !(axes ? axes.includes(axis) : length === 1));
  return [seenAs(x, shape, call)];
}

function unsqueeze(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const asked = integersFrom(inputs, 1, call, 'axes') ?? [];
  const rank = x.shape.length + asked.length;
  const axes = asked.map((axis) => axisOf(axis, rank, call));
  const lengths = x.shape[Symbol.iterator]();
  const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (lengths.next().value as number)));
  return [seenAs(x, shape, call)];
}

/** Tensors joined along an axis. */
export function concat(values: readonly Tensor[], axis: number): Tensor {
  const first = values[0]!;
  const shape = [...first.shape];
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
  const strides = stridesOf(shape);
  const data = allocate(first.dtype, sizeOf(shape));
  let start = 0;
  for (const value of values) {
    move(value.shape, value.data as Cells, 0, stridesOf(value.shape), data as Cells, start * strides[axis]!, strides);
    start += value.shape[axis]!;
  }
  return { dtype: first.dtype, shape, data };
}

function concatOf(inputs: Inputs, call: Call): Tensor[] {
  const values = inputs.map((_, n) => need(inputs, n, call));
  const first = values[0]!;
  const axis = axisOf(number(call, 'axis', 1), first.shape.length, call);
  for (const value of values) {
    const fits = value.shape.length === first.shape.length && value.shape.every((length, n) => n === axis || length === first.shape[n]);
    if (!fits) throw failure(call, 'shape', `[${first.shape.join(', ')}] and [${value.shape.join(', ')}] differ beside axis ${axis}.`);
  }
  return [concat(values, axis)];
}

/** A part of one axis. */
export function part(x: Tensor, axis: number, start: number, length: number): Tensor {
  const shape = [...x.shape];
  shape[axis] = length;
  const strides = stridesOf(x.shape);
  const data = allocate(x.dtype, sizeOf(shape));
  move(shape, x.data as Cells, start * strides[axis]!, strides, data as Cells);
  return { dtype: x.dtype, shape, data };
}

/** Equal parts, the last one smaller where the length does not divide. */
function equalParts(length: number, count: number): number[] {
  const size = Math.ceil(length / count);
  return Array.from({ length: count }, (_, n) => Math.max(0, Math.min(size, length - n * size)));
}

function split(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axis = axisOf(number(call, 'axis', 0), x.shape.length, call);
  const length = x.shape[axis]!;
  const lengths = integersFrom(inputs, 1, call, 'split') ?? equalParts(length, number(call, 'num_outputs', call.outputs));
  if (lengths.reduce((a, b) => a + b, 0) !== length) {
    throw failure(call, 'shape', `parts of ${lengths.join(' + ')} do not make the ${length} of axis ${axis}.`);
  }
  let start = 0;
  return lengths.map((size) => {
    start += size;
    return part(x, axis, start - size, size);
  });
}

/** x stretched to a shape, as in broadcasting. */
export function expandTo(x: Tensor, shape: readonly number[]): Tensor {
  const data = allocate(x.dtype, sizeOf(shape));
  move(shape, x.data as Cells, 0, broadcastStrides(x.shape, shape), data as Cells);
  return { dtype: x.dtype, shape, data };
}

function expand(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  return [expandTo(x, broadcastShape(x.shape, integersOf(need(inputs, 1, call))!))];
}

/** Repeats are new axes of stride 0 before every axis. */
function tile(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const repeats = integersOf(need(inputs, 1, call))!;
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((length, axis) => length * repeats[axis]!);
  const data = allocate(x.dtype, sizeOf(shape));
  const doubled = x.shape.flatMap((length, axis) => [repeats[axis]!, length]);
  const steps = strides.flatMap((stride) => [0, stride]);
  move(doubled, x.data as Cells, 0, steps, data as Cells);
  return [{ dtype: x.dtype, shape, data }];
}

/** The place in the shape that `start` or `end` means, clamped. */
function clamped(place: number, rank: number): number {
  return Math.max(0, Math.min(rank, place < 0 ? place + rank : place));
}

function shapeOf(inputs: Inputs, call: Call): Tensor[] {
  const { shape } = need(inputs, 0, call);
  const rank = shape.length;
  const lengths = shape.slice(clamped(number(call, 'start', 0), rank), clamped(number(call, 'end', rank), rank));
  return [int64s([lengths.length], lengths)];
}

/** [B, C, h, w] → blocks of channels become blocks of pixels. */
function depthToSpace(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const n = number(call, 'blocksize', 1);
  const [B, C, h, w] = x.shape as [number, number, number, number];
  const depth = C / (n * n);
  const columnsFirst = call.attributes.mode === 'CRD';
  const split = columnsFirst ? [B, depth, n, n, h, w] : [B, n, n, depth, h, w];
  const moved = transpose(seenAs(x, split, call), columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return [seenAs(moved, [B, depth, h * n, w * n], call)];
}

/** [B, C, h, w] → blocks of pixels become blocks of channels. */
function spaceToDepth(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const n = number(call, 'blocksize', 1);
  const [B, C, h, w] = x.shape as [number, number, number, number];
  const columnsFirst = call.attributes.mode === 'CRD';
  const moved = transpose(seenAs(x, [B, C, h / n, n, w / n, n], call), columnsFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]);
  return [seenAs(moved, [B, C * n * n, h / n, w / n], call)];
}

export const shapes: Kernels = {
  Transpose: transposeOf,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concatOf,
  Split: split,
  Expand: expand,
  Tile: tile,
  Shape: shapeOf,
  Size: (inputs, call) => [int64s([], [need(inputs, 0, call).data.length])],
  Identity: (inputs, call) => [need(inputs, 0, call)],
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
