/** Operators that choose elements: by a condition, by limits, by place (Slice, Pad, Trilu, CenterCropPad). */
import { allocate, sizeOf, stridesOf, type Tensor, type TensorData } from '../../tensor.ts';
import { gather } from './gather.ts';
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
  isBig,
  type Kernels,
  need,
  number,
  scalarOf,
  text,
} from './kernel.ts';
import { broadcastShape, broadcastStrides, collapse, forEachRow, move } from './strides.ts';

function where(inputs: Inputs, call: Call): Tensor[] {
  const [condition, a, b] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  const shape = broadcastShape(condition.shape, a.shape, b.shape);
  const strides = [...[condition, a, b].map((x) => broadcastStrides(x.shape, shape)), stridesOf(shape)];
  const walk = collapse({ shape, strides });
  const last = walk.shape.length - 1;
  const length = walk.shape[last]!;
  const [sc, sa, sb] = walk.strides.map((s) => s[last]!) as [number, number, number];
  const [test, yes, no] = [condition.data, a.data as Cells, b.data as Cells];
  const out: TensorData = allocate(a.dtype, sizeOf(shape));
  forEachRow(walk, [0, 0, 0, 0], ([c, p, q, o]) => {
    for (let n = 0; n < length; n++) (out as Cells)[o! + n] = test[c! + n * sc] ? yes[p! + n * sa]! : no[q! + n * sb]!;
  });
  return [{ dtype: a.dtype, shape, data: out }];
}

/** Limits are inputs, before opset 11 attributes. NaN stays NaN. */
function clip(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const low = inputs[1]?.data[0] ?? call.attributes.min;
  const high = inputs[2]?.data[0] ?? call.attributes.max;
  const out = x.data.slice();
  const cells: Cells = out;
  for (let n = 0; n < out.length; n++) {
    if (low !== undefined && cells[n]! < (low as number)) cells[n] = low as number;
    if (high !== undefined && cells[n]! > (high as number)) cells[n] = high as number;
  }
  return [{ ...x, data: out }];
}

/** Begin, step and number of elements along one axis. Source: ONNX, operator Slice, and Python's slices. */
function range(start: number, end: number, step: number, length: number): { first: number; count: number } {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (place: number): number => Math.max(low, Math.min(high, place < 0 ? place + length : place));
  const first = clamp(start);
  return { first, count: Math.max(0, Math.ceil((clamp(end) - first) / step)) };
}

function slice(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const starts = integersFrom(inputs, 1, call, 'starts') ?? [];
  const ends = integersFrom(inputs, 2, call, 'ends') ?? [];
  const axes = integersFrom(inputs, 3, call, 'axes') ?? starts.map((_, n) => n);
  const steps = integersOf(inputs[4]) ?? starts.map(() => 1);
  const shape = [...x.shape];
  const strides = stridesOf(x.shape);
  let offset = 0;
  axes.forEach((asked, n) => {
    const axis = axisOf(asked, x.shape.length, call);
    if (steps[n] === 0) throw failure(call, 'shape', `the step of axis ${axis} is 0.`);
    const { first, count } = range(starts[n]!, ends[n]!, steps[n]!, x.shape[axis]!);
    shape[axis] = count;
    offset += count > 0 ? first * strides[axis]! : 0;
    strides[axis]! *= steps[n]!;
  });
  const data = allocate(x.dtype, sizeOf(shape));
  move(shape, x.data as Cells, offset, strides, data as Cells);
  return [{ dtype: x.dtype, shape, data }];
}

/** The element of an axis that stands at a place outside it, by padding mode; −1 for the constant. */
function mirrored(place: number, length: number, mode: string): number {
  if (place >= 0 && place < length) return place;
  if (mode === 'edge') return place < 0 ? 0 : length - 1;
  if (mode === 'wrap') return ((place % length) + length) % length;
  if (mode === 'reflect') {
    if (length === 1) return 0;
    const period = 2 * (length - 1);
    const within = ((place % period) + period) % period;
    return within < length ? within : period - within;
  }
  return -1;
}

/** Every axis by itself: the sources of its places, then the elements. */
export function padWith(x: Tensor, begins: readonly number[], ends: readonly number[], mode: string, value: number | bigint): Tensor {
  const shape = x.shape.map((length, axis) => length + begins[axis]! + ends[axis]!);
  const sources = shape.map((length, axis) =>
    Array.from({ length }, (_, n) => mirrored(n - begins[axis]!, x.shape[axis]!, mode) * (stridesOf(x.shape)[axis] ?? 1)),
  );
  const data = allocate(x.dtype, sizeOf(shape));
  const cells: Cells = data;
  const strides = stridesOf(shape);
  for (let n = 0; n < data.length; n++) {
    let from = 0;
    for (let axis = 0; axis < shape.length && from >= 0; axis++) {
      const source = sources[axis]![Math.floor(n / strides[axis]!) % shape[axis]!]!;
      from = source < 0 ? -1 : from + source;
    }
    cells[n] = from < 0 ? value : x.data[from]!;
  }
  return { dtype: x.dtype, shape, data };
}

function pad(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const pads = integersFrom(inputs, 1, call, 'pads') ?? [];
  const axes = (integersOf(inputs[3]) ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, x.shape.length, call));
  const begins = x.shape.map(() => 0);
  const ends = x.shape.map(() => 0);
  axes.forEach((axis, n) => {
    begins[axis] = pads[n]!;
    ends[axis] = pads[n + axes.length]!;
  });
  const otherwise = number(call, 'value', 0);
  const value = inputs[2]?.data[0] ?? (isBig(x.data) ? BigInt(otherwise) : otherwise);
  return [padWith(x, begins, ends, text(call, 'mode', 'constant'), value)];
}

/** Cut or padded with zeros around the middle; an odd element more goes at the end. */
function centerCropPad(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const target = integersOf(need(inputs, 1, call))!;
  const axes = ((call.attributes.axes as readonly number[] | undefined) ?? x.shape.map((_, axis) => axis)).map((axis) =>
    axisOf(axis, x.shape.length, call),
  );
  const [begins, ends] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  axes.forEach((axis, n) => {
    const more = target[n]! - x.shape[axis]!;
    begins[axis] = more >= 0 ? Math.floor(more / 2) : -Math.floor(-more / 2);
    ends[axis] = more - begins[axis]!;
  });
  return [padWith(x, begins, ends, 'constant', isBig(x.data) ? 0n : 0)];
}

/** Keeps the upper or lower triangle of the last two axes; `k` moves the diagonal up. */
function trilu(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const k = scalarOf(inputs[1], 0);
  const upper = flag(call, 'upper', 1);
  const rows = x.shape.at(-2)!;
  const columns = x.shape.at(-1)!;
  const data = allocate(x.dtype, x.data.length);
  const cells: Cells = data;
  for (let n = 0; n < data.length; n++) {
    const above = (n % columns) - (Math.floor(n / columns) % rows) - k;
    if (upper ? above >= 0 : above <= 0) cells[n] = x.data[n]!;
  }
  return [{ dtype: x.dtype, shape: x.shape, data }];
}

/** Entries of an axis (or of the flat tensor) for which the condition holds; those beyond the condition's end are dropped. */
function compress(inputs: Inputs, call: Call): Tensor[] {
  const [x, condition] = [need(inputs, 0, call), need(inputs, 1, call)];
  const flat = typeof call.attributes.axis !== 'number';
  const from: Tensor = flat ? { ...x, shape: [x.data.length] } : x;
  const axis = flat ? 0 : axisOf(number(call, 'axis', 0), x.shape.length, call);
  const places = Array.from({ length: from.shape[axis]! }, (_, n) => n).filter((n) => Number(condition.data[n] ?? 0) !== 0);
  return [gather(from, int64s([places.length], places), axis, call)];
}

/** The first steps of every sequence in reverse order, as many as its length says. */
function reverseSequence(inputs: Inputs, call: Call): Tensor[] {
  const [x, lengths] = [need(inputs, 0, call), integersOf(need(inputs, 1, call))!];
  const [time, batch] = [number(call, 'time_axis', 0), number(call, 'batch_axis', 1)];
  const strides = stridesOf(x.shape);
  const data = allocate(x.dtype, x.data.length);
  const cells: Cells = data;
  for (let n = 0; n < data.length; n++) {
    const t = Math.floor(n / strides[time]!) % x.shape[time]!;
    const length = lengths[Math.floor(n / strides[batch]!) % x.shape[batch]!]!;
    cells[n] = x.data[t < length ? n + (length - 1 - 2 * t) * strides[time]! : n]!;
  }
  return [{ dtype: x.dtype, shape: x.shape, data }];
}

export const selections: Kernels = {
  Compress: compress,
  ReverseSequence: reverseSequence,
  'com.microsoft:Trilu': trilu,
  Where: where,
  Clip: clip,
  Slice: slice,
  Pad: pad,
  CenterCropPad: centerCropPad,
  Trilu: trilu,
};
