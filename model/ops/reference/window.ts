/** Where the windows of convolutions and pooling stand: sizes, padding, dilation along every spatial axis. */
import { type Call, flag, numbers, text } from './kernel.ts';

/** Windows along the spatial axes; every list has one entry an axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first element. */
  readonly begins: readonly number[];
  /** Padding after the last element. */
  readonly ends: readonly number[];
  /** Number of windows. */
  readonly output: readonly number[];
}

/** Padding of one axis so that there are ⌈length / stride⌉ windows; of an odd sum SAME_UPPER puts the larger half at the end. */
export function samePads(total: number, upper: boolean): [number, number] {
  const small = Math.floor(Math.max(0, total) / 2);
  const large = Math.max(0, total) - small;
  return upper ? [small, large] : [large, small];
}

/** Number of windows along one axis. With `ceil` a last window may hang over, unless it would begin in the padding. */
function count(length: number, begin: number, end: number, reach: number, stride: number, ceil: boolean): number {
  const room = (length + begin + end - reach) / stride;
  const windows = (ceil ? Math.ceil(room) : Math.floor(room)) + 1;
  return ceil && (windows - 1) * stride >= length + begin ? windows - 1 : windows;
}

/**
 * The windows that a node asks for.
 * @param spatial lengths of the spatial axes
 * @param kernel lengths of the window
 */
export function windowsOf(call: Call, spatial: readonly number[], kernel: readonly number[]): Windows {
  const ones = kernel.map(() => 1);
  const strides = numbers(call, 'strides') ?? ones;
  const dilations = numbers(call, 'dilations') ?? ones;
  const pads = numbers(call, 'pads') ?? [...ones, ...ones].fill(0);
  const auto = text(call, 'auto_pad', 'NOTSET');
  const reach = kernel.map((length, axis) => (length - 1) * dilations[axis]! + 1);
  const same = auto.startsWith('SAME');
  const both = spatial.map((length, axis): [number, number] => {
    if (auto === 'VALID') return [0, 0];
    if (!same) return [pads[axis]!, pads[axis + kernel.length]!];
    return samePads((Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + reach[axis]! - length, auto === 'SAME_UPPER');
  });
  const begins = both.map(([begin]) => begin);
  const ends = both.map(([, end]) => end);
  const ceil = flag(call, 'ceil_mode');
  const output = spatial.map((length, axis) => count(length, begins[axis]!, ends[axis]!, reach[axis]!, strides[axis]!, ceil));
  return { kernel, strides, dilations, begins, ends, output };
}

/** All index tuples of a box, last axis fastest, as one flat list: tuple n is at [n·rank, n·rank + rank). */
export function tuples(shape: readonly number[]): Int32Array {
  const rank = shape.length;
  const size = shape.reduce((product, length) => product * length, 1);
  const flat = new Int32Array(size * rank);
  for (let n = 0; n < size; n++) {
    let rest = n;
    for (let axis = rank - 1; axis >= 0; axis--) {
      flat[n * rank + axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
  }
  return flat;
}

/**
 * For every window and every place in it the element of the (flat) spatial input that it covers, −1 in the padding:
 * [windows, places], row-major.
 */
export function covered(spatial: readonly number[], { kernel, strides, dilations, begins, output }: Windows): Int32Array {
  const rank = spatial.length;
  const windows = tuples(output);
  const places = tuples(kernel);
  const [windowCount, placeCount] = [windows.length / rank, places.length / rank];
  const map = new Int32Array(windowCount * placeCount);
  for (let w = 0; w < windowCount; w++) {
    for (let p = 0; p < placeCount; p++) {
      let at = 0;
      for (let axis = 0; axis < rank && at >= 0; axis++) {
        const x = windows[w * rank + axis]! * strides[axis]! + places[p * rank + axis]! * dilations[axis]! - begins[axis]!;
        at = x >= 0 && x < spatial[axis]! ? at * spatial[axis]! + x : -1;
      }
      map[w * placeCount + p] = at;
    }
  }
  return map;
}
