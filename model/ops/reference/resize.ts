/**
 * Resize (and its forerunner Upsample): one axis after the other, every output element from its neighbours in the input.
 * Source: ONNX, operator Resize-19, and its reference for antialiasing.
 */
import { sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  failure,
  flag,
  type Inputs,
  integersOf,
  type Kernels,
  need,
  number,
  numbers,
  resultFrom,
  text,
} from './kernel.ts';

/** How one axis is resized. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** Region of interest, as parts of the axis. */
  readonly start: number;
  readonly end: number;
}

/** Sources of one output element: places (may lie outside) and weights; null outside the region of interest. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Where an output element lies in the input. `scale · input` is the output's length before it was cut to an integer. */
function original(x: number, { input, output, scale, start, end }: Axis, mode: string, call: Call): number {
  switch (mode) {
    case 'half_pixel':
      return (x + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = output / (scale * input);
      return (input / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return output > 1 ? (x + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return output === 1 ? 0 : (x * (input - 1)) / (scale * input - 1);
    case 'asymmetric':
      return x / scale;
    case 'tf_crop_and_resize':
      return output > 1 ? start * (input - 1) + (x * (end - start) * (input - 1)) / (output - 1) : 0.5 * (start + end) * (input - 1);
  }
  throw failure(call, 'unsupported', `coordinate_transformation_mode "${mode}" is unknown.`);
}

/** Operator sets before this one have neither modes of coordinates nor of rounding: they cut to an integer, up where they shrink. */
const MODES_SINCE = 11;

function nearest(at: number, axis: Axis, call: Call): Taps {
  const mode = call.opset < MODES_SINCE ? (axis.scale < 1 ? 'ceil' : 'floor') : text(call, 'nearest_mode', 'round_prefer_floor');
  const low = Math.floor(at);
  const half = at - low === 0.5;
  const place: Record<string, number> = {
    round_prefer_floor: half ? low : Math.round(at),
    round_prefer_ceil: half ? low + 1 : Math.round(at),
    floor: low,
    ceil: Math.ceil(at),
  };
  const first = place[mode];
  if (first === undefined) throw failure(call, 'unsupported', `nearest_mode "${mode}" is unknown.`);
  return { first, weights: [1] };
}

/** Keys' cubic kernel with parameter a. Source: Keys 1981. */
function cubicKernel(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x));

/** Neighbours within `reach` of a place, weighted by a kernel; shrinking with antialias stretches the kernel. */
function weighted(at: number, kernel: (x: number) => number, reach: number, shrink: number): Taps {
  const low = Math.floor(at);
  const before = Math.ceil(reach / shrink) - 1;
  const count = 2 * Math.ceil(reach / shrink);
  const weights = Array.from({ length: count }, (_, n) => kernel((low - before + n - at) * shrink));
  return { first: low - before, weights };
}

/** The taps of one output element by mode; weights sum to 1. */
function taps(at: number, axis: Axis, call: Call): Taps {
  const mode = text(call, 'mode', 'nearest');
  if (mode === 'nearest') return nearest(at, axis, call);
  const shrink = flag(call, 'antialias') && axis.scale < 1 ? axis.scale : 1;
  const a = number(call, 'cubic_coeff_a', -0.75);
  const raw = mode === 'cubic' ? weighted(at, (x) => cubicKernel(x, a), 2, shrink) : weighted(at, triangle, 1, shrink);
  const inside = (n: number): boolean => raw.first + n >= 0 && raw.first + n < axis.input;
  const kept = flag(call, 'exclude_outside') ? raw.weights.map((w, n) => (inside(n) ? w : 0)) : raw.weights;
  const sum = kept.reduce((s, w) => s + w, 0);
  return { first: raw.first, weights: kept.map((w) => w / sum) };
}

/** One axis of x at its new length. */
function resizeAxis(x: Tensor, n: number, axis: Axis, call: Call): Tensor {
  const mode = text(call, 'coordinate_transformation_mode', call.opset >= MODES_SINCE ? 'half_pixel' : 'asymmetric');
  const shape = [...x.shape];
  shape[n] = axis.output;
  const step = stridesOf(x.shape)[n]!;
  const from = asNumbers(x.data);
  const out = new Float64Array(sizeOf(shape));
  const crop = mode === 'tf_crop_and_resize';
  const outside = number(call, 'extrapolation_value', 0);
  for (let place = 0; place < axis.output; place++) {
    const at = original(place, axis, mode, call);
    const beyond = crop && (at < 0 || at > axis.input - 1);
    const { first, weights } = taps(at, axis, call);
    for (let row = 0; row < out.length / (axis.output * step); row++) {
      for (let inner = 0; inner < step; inner++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) {
          const source = Math.max(0, Math.min(axis.input - 1, first + k));
          sum += weights[k]! * from[(row * axis.input + source) * step + inner]!;
        }
        out[(row * axis.output + place) * step + inner] = beyond ? outside : sum;
      }
    }
  }
  return { dtype: 'float64', shape, data: out };
}

/** One scale for all axes: the smallest that `not_larger` allows, the largest that `not_smaller` asks for. */
function withPolicy(axes: Axis[], call: Call): Axis[] {
  const policy = text(call, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return axes;
  const scales = axes.map((axis) => axis.scale);
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return axes.map((axis) => ({ ...axis, scale, output: Math.floor(scale * axis.input + 0.5) }));
}

function resize(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const old = call.opset < MODES_SINCE || call.op === 'Upsample';
  const [roi, scales, sizes] = old ? [null, inputs[1], null] : [inputs[1], inputs[2], inputs[3]];
  const asked = numbers(call, 'axes') ?? x.shape.map((_, axis) => axis);
  const places = asked.map((axis) => axisOf(axis, x.shape.length, call));
  const region = roi && roi.data.length > 0 ? asNumbers(roi.data) : null;
  const factors = scales && scales.data.length > 0 ? asNumbers(scales.data) : (numbers(call, 'scales') as Float64Array | null);
  const lengths = integersOf(sizes);
  const axes = places.map((place, n): Axis => {
    const input = x.shape[place]!;
    const scale = factors ? factors[n]! : lengths![n]! / input;
    const [start, end] = [region?.[n] ?? 0, region?.[n + places.length] ?? 1];
    return { input, scale, output: factors ? Math.floor(input * (end - start) * scale + 1e-9) : lengths![n]!, start, end };
  });
  let y = x;
  (factors ? axes : withPolicy(axes, call)).forEach((axis, n) => {
    if (axis.scale !== 1 || axis.output !== axis.input || region) y = resizeAxis(y, places[n]!, axis, call);
  });
  return [resultFrom(x.dtype, y.shape, asNumbers(y.data))];
}

export const resizes: Kernels = { Resize: resize, Upsample: resize };
