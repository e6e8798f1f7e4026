/** Convolutions of any number of spatial axes, as matrix products over the elements that every window covers. */
import { allocate, sizeOf, type Tensor } from '../../tensor.ts';
import { matrix, multiply, transposed } from './gemm.ts';
import {
  asNumbers,
  type Call,
  failure,
  type Inputs,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  numbers,
  result,
  text,
} from './kernel.ts';
import { covered, samePads, type Windows, windowsOf } from './window.ts';

interface Sizes {
  readonly B: number;
  /** Channels of the input, and of the output. */
  readonly C: number;
  readonly M: number;
  readonly groups: number;
  /** Elements of one channel of the input; windows; places of a window. */
  readonly pixels: number;
  readonly windows: number;
  readonly places: number;
}

/** [channels · places, windows]: column w holds what window w covers, 0 in the padding. */
function columnsOf(x: NumberArray, first: number, channels: number, map: Int32Array, { pixels, windows, places }: Sizes): Float64Array {
  const columns = new Float64Array(channels * places * windows);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < places; p++) {
      const row = (c * places + p) * windows;
      for (let w = 0; w < windows; w++) {
        const at = map[w * places + p]!;
        if (at >= 0) columns[row + w] = x[first + c * pixels + at]!;
      }
    }
  }
  return columns;
}

function addBias(out: NumberArray, bias: NumberArray, M: number, windows: number): void {
  for (let n = 0; n < out.length; n++) out[n]! += bias[Math.floor(n / windows) % M]!;
}

/**
 * out[b, m, w] = Σ_c Σ_p x[b, c, place p of window w] · weight[m, c, p] + bias[m]
 * @param x [B, C, ..spatial] · weight [M, C / groups, ..kernel] · bias [M]
 */
export function convolve(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
  windows: Windows,
): { data: Float64Array; shape: number[] } {
  const spatial = x.shape.slice(2);
  const sizes: Sizes = {
    B: x.shape[0]!,
    C: x.shape[1]!,
    M: weight.shape[0]!,
    groups,
    pixels: sizeOf(spatial),
    windows: sizeOf(windows.output),
    places: sizeOf(windows.kernel),
  };
  const { B, C, M } = sizes;
  const map = covered(spatial, windows);
  const [from, factors] = [asNumbers(x.data), asNumbers(weight.data)];
  const out = new Float64Array(B * M * sizes.windows);
  const [inGroup, outGroup] = [C / groups, M / groups];
  const K = inGroup * sizes.places;
  for (let b = 0; b < B; b++) {
    for (let g = 0; g < groups; g++) {
      const columns = columnsOf(from, (b * C + g * inGroup) * sizes.pixels, inGroup, map, sizes);
      const rows = matrix(factors, g * outGroup * K, K);
      const target = (b * M + g * outGroup) * sizes.windows;
      multiply(rows, matrix(columns, 0, sizes.windows), { M: outGroup, K, N: sizes.windows }, out, target);
    }
  }
  if (bias) addBias(out, asNumbers(bias.data), M, sizes.windows);
  return { data: out, shape: [B, M, ...windows.output] };
}

function conv(inputs: Inputs, call: Call): Tensor[] {
  const [x, weight] = [need(inputs, 0, call), need(inputs, 1, call)];
  const groups = number(call, 'group', 1);
  if (x.shape[1] !== weight.shape[1]! * groups) {
    throw failure(call, 'shape', `x has ${x.shape[1]} channels, the weights take ${weight.shape[1]} in each of ${groups} groups.`);
  }
  const { data, shape } = convolve(x, weight, inputs[2] ?? null, groups, windowsOf(call, x.shape.slice(2), weight.shape.slice(2)));
  const out = newNumbers(x.dtype, data.length);
  out.set(data);
  return [result(x.dtype, shape, out)];
}

/** Size and padding of a transposed convolution's output. Source: ONNX, operator ConvTranspose. */
function spreadWindows(call: Call, spatial: readonly number[], kernel: readonly number[]): { shape: number[]; windows: Windows } {
  const ones = kernel.map(() => 1);
  const strides = numbers(call, 'strides') ?? ones;
  const dilations = numbers(call, 'dilations') ?? ones;
  const extra = numbers(call, 'output_padding') ?? ones.map(() => 0);
  const pads = numbers(call, 'pads') ?? [...ones, ...ones].fill(0);
  const auto = text(call, 'auto_pad', 'NOTSET');
  const same = auto.startsWith('SAME');
  const asked = numbers(call, 'output_shape') ?? (same ? spatial.map((length, axis) => length * strides[axis]!) : null);
  const full = spatial.map((length, axis) => strides[axis]! * (length - 1) + extra[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1);
  const both = full.map((length, axis): [number, number] =>
    asked ? samePads(length - asked[axis]!, auto === 'SAME_UPPER') : [pads[axis]!, pads[axis + kernel.length]!],
  );
  const begins = both.map(([begin]) => begin);
  const ends = both.map(([, end]) => end);
  const shape = asked ? [...asked] : full.map((length, axis) => length - begins[axis]! - ends[axis]!);
  return { shape, windows: { kernel, strides, dilations, begins, ends, output: spatial } };
}

/**
 * The transposed convolution: every element of x is spread over the window that would have covered it.
 * Each column of weightᵀ · x is added at the places of its window.
 */
function convTranspose(inputs: Inputs, call: Call): Tensor[] {
  const [x, weight, bias] = [need(inputs, 0, call), need(inputs, 1, call), inputs[2]];
  const groups = number(call, 'group', 1);
  const { shape, windows } = spreadWindows(call, x.shape.slice(2), weight.shape.slice(2));
  const [B, C] = [x.shape[0]!, x.shape[1]!];
  const perGroup = weight.shape[1]!;
  const M = perGroup * groups;
  const [count, places, pixels] = [sizeOf(windows.output), sizeOf(windows.kernel), sizeOf(shape)];
  const map = covered(shape, windows);
  const out = new Float64Array(B * M * pixels);
  const [K, rows] = [C / groups, perGroup * places];
  const columns = new Float64Array(rows * count);
  const [from, factors] = [asNumbers(x.data), asNumbers(weight.data)];
  for (let n = 0; n < B * groups; n++) {
    const a = transposed(matrix(factors, (n % groups) * K * rows, rows));
    multiply(a, matrix(from, n * K * count, count), { M: rows, K, N: count }, columns, 0);
    scatter(columns, map, places, count, out, n * perGroup * pixels, pixels);
  }
  if (bias) addBias(out, asNumbers(bias.data), M, pixels);
  const data = allocate(x.dtype, out.length) as NumberArray;
  data.set(out);
  return [result(x.dtype, [B, M, ...shape], data)];
}

/** Adds column w of [channels · places, windows] at the places that window w covers. */
function scatter(
  columns: Float64Array,
  map: Int32Array,
  places: number,
  windows: number,
  out: Float64Array,
  start: number,
  pixels: number,
): void {
  for (let n = 0; n < columns.length; n++) {
    const row = Math.floor(n / windows);
    const at = map[(n % windows) * places + (row % places)]!;
    if (at >= 0) out[start + Math.floor(row / places) * pixels + at]! += columns[n]!;
  }
}

export const convolutions: Kernels = { Conv: conv, ConvTranspose: convTranspose };
