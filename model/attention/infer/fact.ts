/** What is known of a value before anything runs, for one choice of every free length: type, sizes, and small contents. */
import type { onnx } from '../../onnx/proto.js';

export interface Fact {
  /** ONNX element type, 0 when unknown. */
  readonly type: number;
  /** Sizes for the chosen lengths, null when unknown. */
  readonly shape: readonly number[] | null;
  /** Row-major contents when they are known and few. */
  readonly value: readonly number[] | null;
  /** Whether the contents depend on what is fed in (a Shape of it does not). */
  readonly data: boolean;
}

/** Contents beyond this are not followed. */
export const VALUE_LIMIT = 1 << 16;

export const UNKNOWN: Fact = { type: 0, shape: null, value: null, data: true };

export function fact(type: number, shape: readonly number[] | null, data: boolean, value: readonly number[] | null = null): Fact {
  return { type, shape, data, value: value && value.length <= VALUE_LIMIT ? value : null };
}

/** A fact whose contents are read when somebody asks: most weights are never asked for theirs. */
export function lazyFact(type: number, shape: readonly number[], read: () => readonly number[] | null): Fact {
  let known: readonly number[] | null | undefined;
  return {
    type,
    shape,
    data: false,
    get value() {
      if (known === undefined) known = read();
      return known;
    },
  };
}

export function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** One node as the rules see it. */
export interface Step {
  readonly node: onnx.NodeProto;
  readonly opset: number;
  /** The fact of input `i`; undefined where the node leaves it out. */
  input(i: number): Fact | undefined;
}

/** The facts of a node's outputs; an entry left out is unknown. */
export type Rule = (step: Step) => readonly (Fact | null)[];

export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Two sizes that met in an elementwise operator and are not the same: the lengths were chosen apart where the model wants one. */
export type Clash = readonly [number, number];

export interface Listener {
  clash(clash: Clash): void;
  /** A convolution left next to nothing of a length: it was chosen too short. */
  tooShort(): void;
}

let heard: Listener | null = null;

/** Tells the listener what does not fit while `work` runs. */
export function listening<T>(listener: Listener, work: () => T): T {
  const before = heard;
  heard = listener;
  try {
    return work();
  } finally {
    heard = before;
  }
}

/** Lengths below this, after a convolution or pooling, come from an input that was chosen too short. */
const LEAST = 4;

export function noteLength(from: number, to: number): void {
  if (to < LEAST && from > to) heard?.tooShort();
}

/** NumPy broadcasting; sizes that do not fit keep the larger one and are reported as a clash. */
export function broadcast(...shapes: (readonly number[] | null | undefined)[]): number[] | null {
  let result: number[] = [];
  for (const shape of shapes) {
    if (!shape) return null;
    const rank = Math.max(result.length, shape.length);
    result = Array.from({ length: rank }, (_, i) => {
      const a = result[i - rank + result.length] ?? 1;
      const b = shape[i - rank + shape.length] ?? 1;
      if (a !== b && a > 1 && b > 1) heard?.clash([a, b]);
      return a === 1 ? b : b === 1 ? a : Math.max(a, b);
    });
  }
  return result;
}

export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    result[i] = step;
    step *= shape[i]!;
  }
  return result;
}

/** For every element of `target`, the index of the element of `shape` that broadcasting puts there. */
export function broadcastIndex(shape: readonly number[], target: readonly number[]): (flat: number) => number {
  const own = strides(shape);
  const steps = target.map((_, axis) => {
    const at = axis - target.length + shape.length;
    return at < 0 || shape[at] === 1 ? 0 : own[at]!;
  });
  const whole = strides(target);
  return (flat) => {
    let rest = flat;
    let index = 0;
    for (let axis = 0; axis < target.length; axis++) {
      const place = Math.floor(rest / whole[axis]!);
      rest -= place * whole[axis]!;
      index += place * steps[axis]!;
    }
    return index;
  };
}
