/** Operators that pick elements by index and put them back. Indices may count from the end. */
import { table } from '../../table.ts';
import { allocate, sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  type Cells,
  failure,
  type Inputs,
  int64s,
  type Kernels,
  need,
  number,
  result,
  text,
} from './kernel.ts';

/** Indices as places of an axis. @throws HeadlightError `shape` outside the axis */
function placesOf(indices: Tensor, length: number, call: Call): Int32Array {
  const places = Int32Array.from(indices.data as ArrayLike<number | bigint>, Number);
  for (let n = 0; n < places.length; n++) {
    const index = places[n]!;
    if (index < -length || index >= length) throw failure(call, 'shape', `index ${index} is outside an axis of ${length}.`);
    if (index < 0) places[n] = index + length;
  }
  return places;
}

/** Entries of an axis: [before, n, after] and indices [q..] → [before, q.., after]. */
export function gather(x: Tensor, indices: Tensor, axis: number, call: Call): Tensor {
  const places = placesOf(indices, x.shape[axis]!, call);
  const before = sizeOf(x.shape.slice(0, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const data = allocate(x.dtype, sizeOf(shape));
  let to = 0;
  for (let row = 0; row < before; row++) {
    for (const place of places) {
      const from = (row * x.shape[axis]! + place) * after;
      data.set(x.data.subarray(from, from + after) as never, to);
      to += after;
    }
  }
  return { dtype: x.dtype, shape, data };
}

function gatherOf(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  return [gather(x, need(inputs, 1, call), axisOf(number(call, 'axis', 0), x.shape.length, call), call)];
}

/** For every element of `indices` the place in x that it means: its own place, with the index in place of the axis. */
function elementPlaces(x: Tensor, indices: Tensor, axis: number, call: Call): Int32Array {
  const places = placesOf(indices, x.shape[axis]!, call);
  const own = stridesOf(indices.shape);
  const strides = stridesOf(x.shape);
  return places.map((place, n) => {
    let at = place * strides[axis]!;
    for (let other = 0; other < own.length; other++) {
      if (other !== axis) at += (Math.floor(n / own[other]!) % indices.shape[other]!) * strides[other]!;
    }
    return at;
  });
}

function gatherElements(inputs: Inputs, call: Call): Tensor[] {
  const [x, indices] = [need(inputs, 0, call), need(inputs, 1, call)];
  const places = elementPlaces(x, indices, axisOf(number(call, 'axis', 0), x.shape.length, call), call);
  const data = allocate(x.dtype, places.length);
  for (let n = 0; n < places.length; n++) (data as Cells)[n] = x.data[places[n]!]!;
  return [{ dtype: x.dtype, shape: indices.shape, data }];
}

/** How an update joins the element that is there. */
type Join = (old: number | bigint, update: number | bigint) => number | bigint;

const JOINS: Readonly<Record<string, Join>> = table({
  none: (_, update) => update,
  add: (old, update) => (old as number) + (update as number),
  mul: (old, update) => (old as number) * (update as number),
  max: (old, update) => (update > old ? update : old),
  min: (old, update) => (update < old ? update : old),
});

function joinOf(call: Call): Join {
  const name = text(call, 'reduction', 'none');
  const join = JOINS[name];
  if (!join) throw failure(call, 'unsupported', `reduction is "${name}"; known are ${Object.keys(JOINS).join(', ')}.`);
  return join;
}

function scatterElements(inputs: Inputs, call: Call): Tensor[] {
  const [x, indices, updates] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  const join = joinOf(call);
  const places = elementPlaces(x, indices, axisOf(number(call, 'axis', 0), x.shape.length, call), call);
  const data = x.data.slice();
  const cells: Cells = data;
  for (let n = 0; n < places.length; n++) cells[places[n]!] = join(cells[places[n]!]!, updates.data[n]!);
  return [result(x.dtype, x.shape, data)];
}

/** Where every index tuple of `indices` [.., k] begins in x; `batch` leading axes are shared. */
function tuplePlaces(x: Tensor, indices: Tensor, batch: number, call: Call): { starts: Int32Array; size: number; k: number } {
  const k = indices.shape.at(-1)!;
  const strides = stridesOf(x.shape);
  const tuples = sizeOf(indices.shape.slice(0, -1));
  const perBatch = sizeOf(indices.shape.slice(batch, -1));
  const batchSize = sizeOf(x.shape.slice(batch));
  const numbers = asNumbers(indices.data);
  const starts = new Int32Array(tuples);
  for (let n = 0; n < tuples; n++) {
    let at = Math.floor(n / perBatch) * batchSize;
    for (let j = 0; j < k; j++) {
      const length = x.shape[batch + j]!;
      const index = numbers[n * k + j]!;
      if (index < -length || index >= length) throw failure(call, 'shape', `index ${index} is outside an axis of ${length}.`);
      at += (index < 0 ? index + length : index) * strides[batch + j]!;
    }
    starts[n] = at;
  }
  return { starts, size: sizeOf(x.shape.slice(batch + k)), k };
}

function gatherND(inputs: Inputs, call: Call): Tensor[] {
  const [x, indices] = [need(inputs, 0, call), need(inputs, 1, call)];
  const batch = number(call, 'batch_dims', 0);
  const { starts, size, k } = tuplePlaces(x, indices, batch, call);
  const data = allocate(x.dtype, starts.length * size);
  starts.forEach((start, n) => {
    data.set(x.data.subarray(start, start + size) as never, n * size);
  });
  return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch + k)], data }];
}

function scatterND(inputs: Inputs, call: Call): Tensor[] {
  const [x, indices, updates] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  const join = joinOf(call);
  const { starts, size } = tuplePlaces(x, indices, 0, call);
  const data = x.data.slice();
  const cells: Cells = data;
  for (let n = 0; n < starts.length * size; n++) {
    const at = starts[Math.floor(n / size)]! + (n % size);
    cells[at] = join(cells[at]!, updates.data[n]!);
  }
  return [result(x.dtype, x.shape, data)];
}

/** `values` are off and on; indices outside [−depth, depth) give a line of off. */
function oneHot(inputs: Inputs, call: Call): Tensor[] {
  const [indices, values] = [need(inputs, 0, call), need(inputs, 2, call)];
  const depth = Number(need(inputs, 1, call).data[0]);
  const rank = indices.shape.length + 1;
  const axis = axisOf(number(call, 'axis', -1), rank, call);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  const after = sizeOf(indices.shape.slice(axis));
  const data = allocate(values.dtype, sizeOf(shape));
  const cells: Cells = data;
  for (let n = 0; n < data.length; n++) cells[n] = values.data[0]!;
  for (let n = 0; n < indices.data.length; n++) {
    const index = Math.trunc(Number(indices.data[n]!));
    if (index < -depth || index >= depth) continue;
    const place = index < 0 ? index + depth : index;
    cells[(Math.floor(n / after) * depth + place) * after + (n % after)] = values.data[1]!;
  }
  return [{ dtype: values.dtype, shape, data }];
}

/** Indices of all elements that are not 0: [rank, count]. */
function nonZero(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const places: number[] = [];
  for (let n = 0; n < x.data.length; n++) if (Number(x.data[n]) !== 0) places.push(n);
  const strides = stridesOf(x.shape);
  const rows = strides.map((stride, axis) => places.map((n) => Math.floor(n / stride) % x.shape[axis]!));
  return [int64s([x.shape.length, places.length], rows.flat())];
}

export const gathers: Kernels = {
  Gather: gatherOf,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  NonZero: nonZero,
};
