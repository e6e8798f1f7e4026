/** Facts of operators that move, cut, join or make values. Contents are followed where they are few: shapes and masks are computed in graphs. */
import { floatAttribute, intAttribute, intsAttribute, tensorAttribute } from '../graph/attributes.ts';
import { dimsOf, TYPE, valuesOf } from '../graph/constants.ts';
import { axisOf, broadcastIndex, count, type Fact, fact, lazyFact, type Rule, type Step, strides, VALUE_LIMIT } from './fact.ts';

/** Contents gathered by an index function over the result's elements. */
function take(x: Fact, shape: readonly number[], at: (flat: number) => number): number[] | null {
  if (!x.value || count(shape) > VALUE_LIMIT) return null;
  return Array.from({ length: count(shape) }, (_, i) => x.value![at(i)]!);
}

/** Index function: each axis of the result steps through the source with its own stride and start. */
function walker(shape: readonly number[], steps: readonly number[], start = 0): (flat: number) => number {
  const own = strides(shape);
  return (flat) => {
    let rest = flat;
    let index = start;
    for (let axis = 0; axis < shape.length; axis++) {
      const place = Math.floor(rest / own[axis]!);
      rest -= place * own[axis]!;
      index += place * steps[axis]!;
    }
    return index;
  };
}

/** Attribute in old opsets, input in new ones. */
export function intsOf(step: Step, name: string, input: number): readonly number[] | null {
  return intsAttribute(step.node, name) ?? step.input(input)?.value ?? null;
}

const shapeOf: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return [fact(TYPE.int64, null, false)];
  const rank = x.shape.length;
  const start = axisOf(intAttribute(step.node, 'start', 0), rank);
  const end = axisOf(intAttribute(step.node, 'end', rank), rank);
  const value = x.shape.slice(Math.max(0, start), end);
  return [fact(TYPE.int64, [value.length], false, value)];
};

const size: Rule = (step) => {
  const shape = step.input(0)?.shape;
  return [fact(TYPE.int64, [], false, shape ? [count(shape)] : null)];
};

/** The sizes that Reshape makes of `shape`. */
export function reshaped(shape: readonly number[], wanted: readonly number[], allowZero: boolean): number[] {
  const sizes = wanted.map((n, i) => (n === 0 && !allowZero ? (shape[i] ?? 1) : n));
  const known = sizes.reduce((a, n) => (n < 0 ? a : a * n), 1);
  return sizes.map((n) => (n < 0 ? (known === 0 ? 0 : Math.floor(count(shape) / known)) : n));
}

const reshape: Rule = (step) => {
  const x = step.input(0);
  const wanted = intsOf(step, 'shape', 1);
  if (!x) return [];
  if (!wanted) {
    const rank = step.input(1)?.shape?.[0];
    return [fact(x.type, rank === 1 && x.shape ? [count(x.shape)] : null, x.data)];
  }
  if (!x.shape) return [fact(x.type, wanted.every((n) => n > 0) ? wanted : null, x.data)];
  return [fact(x.type, reshaped(x.shape, wanted, intAttribute(step.node, 'allowzero', 0) === 1), x.data, x.value)];
};

const flatten: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return [];
  const axis = axisOf(intAttribute(step.node, 'axis', 1), x.shape.length);
  return [fact(x.type, [count(x.shape.slice(0, axis)), count(x.shape.slice(axis))], x.data, x.value)];
};

const transpose: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return x ? [fact(x.type, null, x.data)] : [];
  const perm = intsAttribute(step.node, 'perm') ?? x.shape.map((_, i) => x.shape!.length - 1 - i);
  const shape = perm.map((p) => x.shape![p]!);
  const own = strides(x.shape);
  return [
    fact(
      x.type,
      shape,
      x.data,
      take(
        x,
        shape,
        walker(
          shape,
          perm.map((p) => own[p]!),
        ),
      ),
    ),
  ];
};

const unsqueeze: Rule = (step) => {
  const x = step.input(0);
  const axes = intsOf(step, 'axes', 1);
  if (!x?.shape || !axes) return x ? [fact(x.type, null, x.data)] : [];
  const rank = x.shape.length + axes.length;
  const at = new Set(axes.map((a) => axisOf(a, rank)));
  const rest = [...x.shape];
  return [
    fact(
      x.type,
      Array.from({ length: rank }, (_, i) => (at.has(i) ? 1 : rest.shift()!)),
      x.data,
      x.value,
    ),
  ];
};

const squeeze: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return x ? [fact(x.type, null, x.data)] : [];
  const axes = intsOf(step, 'axes', 1)?.map((a) => axisOf(a, x.shape!.length));
  return [
    fact(
      x.type,
      x.shape.filter((n, i) => (axes ? !axes.includes(i) : n !== 1)),
      x.data,
      x.value,
    ),
  ];
};

const expand: Rule = (step) => {
  const [x, wanted] = [step.input(0), step.input(1)?.value];
  if (!x?.shape || !wanted) return x ? [fact(x.type, null, x.data)] : [];
  const rank = Math.max(x.shape.length, wanted.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const own = x.shape![i - rank + x.shape!.length] ?? 1;
    const asked = wanted[i - rank + wanted.length] ?? 1;
    return own === 1 ? asked : own;
  });
  return [fact(x.type, shape, x.data, take(x, shape, broadcastIndex(x.shape, shape)))];
};

const tile: Rule = (step) => {
  const [x, repeats] = [step.input(0), step.input(1)?.value];
  if (!x?.shape || !repeats) return x ? [fact(x.type, x.shape, x.data)] : [];
  const shape = x.shape.map((n, i) => n * (repeats[i] ?? 1));
  const [own, whole] = [strides(x.shape), strides(shape)];
  const at = (flat: number): number =>
    shape.reduce((index, _, a) => index + ((Math.floor(flat / whole[a]!) % shape[a]!) % x.shape![a]!) * own[a]!, 0);
  return [fact(x.type, shape, x.data, take(x, shape, at))];
};

const concat: Rule = (step) => {
  const parts = step.node.input.map((_, i) => step.input(i)).filter((f) => f !== undefined);
  const first = parts[0];
  const data = parts.some((f) => f.data);
  if (!first || parts.some((f) => !f.shape)) return [fact(first?.type ?? 0, null, data)];
  const axis = axisOf(intAttribute(step.node, 'axis', 0), first.shape!.length);
  const shape = first.shape!.map((n, i) => (i === axis ? parts.reduce((sum, f) => sum + (f.shape![axis] ?? 0), 0) : n));
  return [fact(first.type, shape, data, joined(parts, axis, shape))];
};

function joined(parts: readonly Fact[], axis: number, shape: readonly number[]): number[] | null {
  if (parts.some((f) => !f.value) || count(shape) > VALUE_LIMIT) return null;
  const value: number[] = [];
  for (let row = 0; row < count(shape.slice(0, axis)); row++) {
    for (const part of parts) {
      const width = count(part.shape!.slice(axis));
      for (let i = 0; i < width; i++) value.push(part.value![row * width + i]!);
    }
  }
  return value;
}

function cut(x: Fact, axis: number, start: number, length: number): Fact {
  const shape = x.shape!.map((n, i) => (i === axis ? length : n));
  const own = strides(x.shape!);
  return fact(x.type, shape, x.data, take(x, shape, walker(shape, own, start * own[axis]!)));
}

const split: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return step.node.output.map(() => (x ? fact(x.type, null, x.data) : null));
  const axis = axisOf(intAttribute(step.node, 'axis', 0), x.shape.length);
  const parts = step.node.output.length;
  const even = Math.ceil(x.shape[axis]! / parts);
  const sizes = intsOf(step, 'split', 1) ?? Array.from({ length: parts }, (_, i) => Math.min(even, x.shape![axis]! - i * even));
  let start = 0;
  return sizes.map((n) => {
    start += n;
    return cut(x, axis, start - n, n);
  });
};

/** First element, step and length of one sliced axis. */
function range(n: number, start: number, end: number, by: number): [number, number] {
  const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v < 0 ? v + n : v));
  if (by > 0) {
    const from = clamp(start, 0, n);
    return [from, Math.max(0, Math.ceil((clamp(end, 0, n) - from) / by))];
  }
  const from = clamp(start, 0, n - 1);
  return [from, Math.max(0, Math.ceil((clamp(end, -1, n - 1) - from) / by))];
}

/** Where a cut depends on what is fed in, nothing is taken to be cut off: the number of axes stays right. */
const slice: Rule = (step) => {
  const x = step.input(0);
  const [starts, ends] = [intsOf(step, 'starts', 1), intsOf(step, 'ends', 2)];
  if (!x?.shape || !starts || !ends) return x ? [fact(x.type, x.shape, x.data)] : [];
  const axes = intsOf(step, 'axes', 3) ?? starts.map((_, i) => i);
  const by = step.input(4)?.value ?? starts.map(() => 1);
  const shape = [...x.shape];
  const steps = strides(x.shape);
  let origin = 0;
  axes.forEach((a, i) => {
    const axis = axisOf(a, shape.length);
    const [from, length] = range(x.shape![axis]!, starts[i]!, ends[i]!, by[i]!);
    origin += from * steps[axis]!;
    shape[axis] = length;
    steps[axis] = steps[axis]! * by[i]!;
  });
  return [fact(x.type, shape, x.data, take(x, shape, walker(shape, steps, origin)))];
};

const gather: Rule = (step) => {
  const [x, index] = [step.input(0), step.input(1)];
  if (!x?.shape || !index?.shape) return x ? [fact(x.type, null, true)] : [];
  const axis = axisOf(intAttribute(step.node, 'axis', 0), x.shape.length);
  const shape = [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)];
  const inner = count(x.shape.slice(axis + 1));
  const picks = count(index.shape);
  const at = (flat: number): number => {
    const pick = index.value![Math.floor(flat / inner) % picks]!;
    const outer = Math.floor(flat / (inner * picks));
    return (outer * x.shape![axis]! + (pick < 0 ? pick + x.shape![axis]! : pick)) * inner + (flat % inner);
  };
  return [fact(x.type, shape, x.data || index.data, index.value ? take(x, shape, at) : null)];
};

const constantOfShape: Rule = (step) => {
  const shape = step.input(0)?.value;
  const fill = tensorAttribute(step.node, 'value');
  const type = fill?.dataType ?? TYPE.float;
  if (!shape) return [fact(type, null, false)];
  const one = fill ? (valuesOf(fill, 1)?.[0] ?? 0) : 0;
  const small = count(shape) <= VALUE_LIMIT;
  return [fact(type, shape, false, small ? new Array<number>(count(shape)).fill(one) : null)];
};

const sequence: Rule = (step) => {
  const [start, limit, by] = [0, 1, 2].map((i) => step.input(i)?.value?.[0]);
  const type = step.input(0)?.type ?? 0;
  const data = [0, 1, 2].some((i) => step.input(i)?.data);
  if (start === undefined || limit === undefined || by === undefined) return [fact(type, null, data)];
  const n = Math.max(0, Math.ceil((limit - start) / by));
  return [fact(type, [n], data, n <= VALUE_LIMIT ? Array.from({ length: n }, (_, i) => start + i * by) : null)];
};

const trilu: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return x ? [fact(x.type, null, x.data)] : [];
  const k = step.input(1) ? step.input(1)!.value?.[0] : 0;
  const upper = intAttribute(step.node, 'upper', 1) === 1;
  const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const keep = (i: number): boolean => {
    const offset = (i % columns) - (Math.floor(i / columns) % rows);
    return upper ? offset >= k! : offset <= k!;
  };
  return [fact(x.type, x.shape, x.data, k === undefined ? null : (x.value?.map((v, i) => (keep(i) ? v : 0)) ?? null))];
};

const cumsum: Rule = (step) => {
  const [x, axes] = [step.input(0), step.input(1)?.value];
  if (!x?.shape || !x.value || !axes) return x ? [fact(x.type, x.shape, x.data)] : [];
  const axis = axisOf(axes[0]!, x.shape.length);
  const plain = intAttribute(step.node, 'exclusive', 0) === 0 && intAttribute(step.node, 'reverse', 0) === 0;
  const by = strides(x.shape)[axis]!;
  const value = [...x.value];
  for (let i = 0; i < value.length; i++) if (Math.floor(i / by) % x.shape[axis]! > 0) value[i] = value[i]! + value[i - by]!;
  return [fact(x.type, x.shape, x.data, plain ? value : null)];
};

const constant: Rule = (step) => {
  const t = tensorAttribute(step.node, 'value');
  if (t) return [lazyFact(t.dataType, dimsOf(t), () => valuesOf(t, VALUE_LIMIT))];
  const [i, f] = [intAttribute(step.node, 'value_int'), floatAttribute(step.node, 'value_float')];
  const ints = intsAttribute(step.node, 'value_ints');
  if (i !== undefined) return [fact(TYPE.int64, [], false, [i])];
  if (f !== undefined) return [fact(TYPE.float, [], false, [f])];
  if (ints) return [fact(TYPE.int64, [ints.length], false, ints)];
  const floats = step.node.attribute.find((a) => a.name === 'value_floats')?.floats;
  return floats ? [fact(TYPE.float, [floats.length], false, floats)] : [];
};

const pad: Rule = (step) => {
  const x = step.input(0);
  const pads = intsOf(step, 'pads', 1);
  if (!x?.shape || !pads) return x ? [fact(x.type, null, x.data)] : [];
  const axes = step.input(3)?.value?.map((a) => axisOf(a, x.shape!.length)) ?? x.shape.map((_, i) => i);
  const shape = [...x.shape];
  axes.forEach((axis, i) => {
    shape[axis] = shape[axis]! + pads[i]! + pads[i + axes.length]!;
  });
  return [fact(x.type, shape, x.data)];
};

export const SHAPING: Readonly<Record<string, Rule>> = {
  Shape: shapeOf,
  Size: size,
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  ConstantOfShape: constantOfShape,
  Range: sequence,
  Trilu: trilu,
  CumSum: cumsum,
  Constant: constant,
  Pad: pad,
};
