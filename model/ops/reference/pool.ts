/** Pooling: the mean or the maximum of every window. */
import { sizeOf, type Tensor } from '../../tensor.ts';
import { asNumbers, type Call, flag, type Inputs, type Kernels, need, newNumbers, number, numbers, result } from './kernel.ts';
import { covered, tuples, type Windows, windowsOf } from './window.ts';

/**
 * How many places of each window count for the mean: those inside, or with `count_include_pad` those inside the padded input too
 * (a window that hangs over the padding's end is smaller).
 */
function counts(
  spatial: readonly number[],
  { kernel, strides, dilations, begins, ends, output }: Windows,
  map: Int32Array,
  padded: boolean,
): Float64Array {
  const rank = spatial.length;
  const places = tuples(kernel);
  const windows = tuples(output);
  const placeCount = sizeOf(kernel);
  const counted = new Float64Array(sizeOf(output));
  for (let n = 0; n < map.length; n++) {
    const [w, p] = [Math.floor(n / placeCount), n % placeCount];
    const inside = (axis: number): boolean => {
      const x = windows[w * rank + axis]! * strides[axis]! + places[p * rank + axis]! * dilations[axis]! - begins[axis]!;
      return x < spatial[axis]! + ends[axis]!;
    };
    if (padded ? spatial.every((_, axis) => inside(axis)) : map[n]! >= 0) counted[w]!++;
  }
  return counted;
}

function averagePool(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const spatial = x.shape.slice(2);
  const windows = windowsOf(call, spatial, numbers(call, 'kernel_shape') ?? spatial);
  const map = covered(spatial, windows);
  const count = counts(spatial, windows, map, flag(call, 'count_include_pad'));
  const [pixels, places] = [sizeOf(spatial), sizeOf(windows.kernel)];
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, x.shape[0]! * x.shape[1]! * count.length);
  for (let n = 0; n < out.length; n++) {
    const [channel, w] = [Math.floor(n / count.length), n % count.length];
    let sum = 0;
    for (let p = 0; p < places; p++) {
      const at = map[w * places + p]!;
      if (at >= 0) sum += from[channel * pixels + at]!;
    }
    out[n] = sum / count[w]!;
  }
  return [result(x.dtype, [...x.shape.slice(0, 2), ...windows.output], out)];
}

/** Place of an element when the last two axes are stored column by column. */
function columnMajor(at: number, spatial: readonly number[]): number {
  const [rows, columns] = [spatial.at(-2) ?? 1, spatial.at(-1)!];
  const plane = rows * columns;
  const within = at % plane;
  return at - within + (within % columns) * rows + Math.floor(within / columns);
}

/** The maximum of every window, and where in the whole tensor it stands (int64). */
function maxPool(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const spatial = x.shape.slice(2);
  const windows = windowsOf(call, spatial, numbers(call, 'kernel_shape') ?? spatial);
  const map = covered(spatial, windows);
  const columns = number(call, 'storage_order', 0) === 1;
  const [pixels, places, count] = [sizeOf(spatial), sizeOf(windows.kernel), sizeOf(windows.output)];
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, x.shape[0]! * x.shape[1]! * count);
  const indices = new BigInt64Array(out.length);
  for (let n = 0; n < out.length; n++) {
    const [channel, w] = [Math.floor(n / count), n % count];
    let best = -1;
    for (let p = 0; p < places; p++) {
      const at = map[w * places + p]!;
      if (at >= 0 && (best < 0 || from[channel * pixels + at]! > from[channel * pixels + best]!)) best = at;
    }
    out[n] = best < 0 ? Number.NEGATIVE_INFINITY : from[channel * pixels + best]!;
    indices[n] = BigInt(channel * pixels + (columns ? columnMajor(best, spatial) : best));
  }
  const shape = [...x.shape.slice(0, 2), ...windows.output];
  return [result(x.dtype, shape, out), { dtype: 'int64', shape, data: indices }];
}

export const pools: Kernels = { AveragePool: averagePool, MaxPool: maxPool };
