/** Resizing as PIL and torchvision do it, to the grey level. */
import { type FilterName, type Taps, taps } from './filters.ts';
import type { Size } from './geometry.ts';
import type { Pixels } from './picture.ts';

/**
 * Whose arithmetic: `pil` rounds weights to 22 bits after the point, `torchvision` to as many as fit into 16 with the largest one. Both go through whole
 * grey levels between the horizontal and the vertical pass.
 */
export type Arithmetic = 'pil' | 'torchvision';

/** Pillow's PRECISION_BITS = 32 − 8 − 2. */
const PIL_BITS = 22;

/** Bits after the point such that the largest weight stays below 2^15. Source: ATen's compute_index_ranges_int16_weights. */
function int16Bits({ weights }: Taps): number {
  let largest = 0;
  for (const row of weights) for (const w of row) largest = Math.max(largest, w);
  let bits = 0;
  while (bits < PIL_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 1 << 15) bits++;
  return bits;
}

/** Weights as whole numbers, rounded half away from zero. */
function wholeWeights({ weights }: Taps, bits: number): readonly Int32Array[] {
  const one = 2 ** bits;
  return weights.map((row) => Int32Array.from(row, (w) => Math.trunc(w * one + (w < 0 ? -0.5 : 0.5))));
}

/** Numbers that lie between neighbours on the axis, on the line across, and how many of either. */
interface Axis {
  readonly step: number;
  readonly lines: number;
  /** Where line n begins in the source and in the result. */
  readonly source: (n: number) => number;
  readonly target: (n: number) => number;
}

function horizontal({ width, height, channels }: Pixels, to: number): Axis {
  const at = (w: number) => (n: number) => Math.floor(n / channels) * w * channels + (n % channels);
  return { step: channels, lines: height * channels, source: at(width), target: at(to) };
}

function vertical({ width, channels }: Pixels): Axis {
  return { step: width * channels, lines: width * channels, source: (n) => n, target: (n) => n };
}

function pass8(data: Uint8Array, out: Uint8Array, axis: Axis, t: Taps, bits: number): void {
  const weights = wholeWeights(t, bits);
  const half = 2 ** (bits - 1);
  for (let n = 0; n < axis.lines; n++) {
    const [from, to] = [axis.source(n), axis.target(n)];
    for (let i = 0; i < weights.length; i++) {
      const row = weights[i]!;
      let at = from + t.first[i]! * axis.step;
      let sum = half;
      for (let j = 0; j < row.length; j++, at += axis.step) sum += data[at]! * row[j]!;
      const level = sum >> bits;
      out[to + i * axis.step] = level < 0 ? 0 : Math.min(level, 255);
    }
  }
}

function passFloat(data: Float32Array, out: Float32Array, axis: Axis, t: Taps): void {
  for (let n = 0; n < axis.lines; n++) {
    const [from, to] = [axis.source(n), axis.target(n)];
    for (let i = 0; i < t.weights.length; i++) {
      const row = t.weights[i]!;
      let at = from + t.first[i]! * axis.step;
      let sum = 0;
      for (let j = 0; j < row.length; j++, at += axis.step) sum += data[at]! * row[j]!;
      out[to + i * axis.step] = sum;
    }
  }
}

/**
 * The source place of the middle of each of `to` places. Pillow adds the scale up, and so its rounding (ImagingScaleAffine); torch multiplies, in
 * single precision (`nearest-exact`).
 */
function nearestPlaces(from: number, to: number, arithmetic: Arithmetic): Int32Array {
  const places = new Int32Array(to);
  const scale = from / to;
  if (arithmetic === 'torchvision')
    return places.map((_, i) => Math.min(from - 1, Math.floor(Math.fround((i + 0.5) * Math.fround(scale)))));
  for (let i = 0, at = scale * 0.5; i < to; i++, at += scale) places[i] = Math.min(from - 1, Math.floor(at));
  return places;
}

function resizeNearest<A extends Uint8Array | Float32Array>(pixels: Pixels<A>, { width, height }: Size, arithmetic: Arithmetic): Pixels<A> {
  const { channels, data } = pixels;
  const out = (data instanceof Uint8Array ? new Uint8Array(width * height * channels) : new Float32Array(width * height * channels)) as A;
  const [xs, ys] = [nearestPlaces(pixels.width, width, arithmetic), nearestPlaces(pixels.height, height, arithmetic)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (ys[y]! * pixels.width + xs[x]!) * channels;
      for (let c = 0; c < channels; c++) out[(y * width + x) * channels + c] = data[from + c]!;
    }
  }
  return { width, height, channels, data: out };
}

/** Resizes along one axis. */
type Pass<A extends Uint8Array | Float32Array> = (pixels: Pixels<A>, to: number) => Pixels<A>;

/** Both passes; an axis that keeps its length is left alone. */
function passes<A extends Uint8Array | Float32Array>(
  pixels: Pixels<A>,
  across: Pass<A>,
  down: Pass<A>,
  to: Size,
  downFirst: boolean,
): Pixels<A> {
  const horizontally = (p: Pixels<A>) => (p.width === to.width ? p : across(p, to.width));
  const vertically = (p: Pixels<A>) => (p.height === to.height ? p : down(p, to.height));
  return downFirst ? horizontally(vertically(pixels)) : vertically(horizontally(pixels));
}

/**
 * Whether Pillow goes down before it goes across: where the height shrinks by more than twice what the width does. Since release 13 (its pull request
 * 9549); older ones always go across first, which differs by some grey levels where the width grows and the height shrinks.
 */
function isDownFirst(from: Size, to: Size): boolean {
  return from.height > to.height && from.height - to.height > 2 * (from.width - to.width);
}

/**
 * Resizes 8-bit pixels in two passes, each rounded to grey levels.
 * Cost: proportional to the pixels between the passes times the taps, which grow with the scale.
 */
export function resize8(pixels: Pixels<Uint8Array>, to: Size, filter: FilterName, arithmetic: Arithmetic): Pixels<Uint8Array> {
  if (filter === 'nearest') return resizeNearest(pixels, to, arithmetic);
  const bits = (t: Taps) => (arithmetic === 'pil' ? PIL_BITS : int16Bits(t));
  const across: Pass<Uint8Array> = (p, width) => {
    const t = taps(p.width, width, filter);
    const data = new Uint8Array(width * p.height * p.channels);
    pass8(p.data, data, horizontal(p, width), t, bits(t));
    return { ...p, width, data };
  };
  const down: Pass<Uint8Array> = (p, height) => {
    const t = taps(p.height, height, filter);
    const data = new Uint8Array(p.width * height * p.channels);
    pass8(p.data, data, vertical(p), t, bits(t));
    return { ...p, height, data };
  };
  return passes(pixels, across, down, to, arithmetic === 'pil' && isDownFirst(pixels, to));
}

/** Resizes floating-point pixels with the same taps, without rounding (DINOv3's processor). */
export function resizeFloat(pixels: Pixels<Float32Array>, to: Size, filter: FilterName): Pixels<Float32Array> {
  if (filter === 'nearest') return resizeNearest(pixels, to, 'torchvision');
  const across: Pass<Float32Array> = (p, width) => {
    const data = new Float32Array(width * p.height * p.channels);
    passFloat(p.data, data, horizontal(p, width), taps(p.width, width, filter));
    return { ...p, width, data };
  };
  const down: Pass<Float32Array> = (p, height) => {
    const data = new Float32Array(p.width * height * p.channels);
    passFloat(p.data, data, vertical(p), taps(p.height, height, filter));
    return { ...p, height, data };
  };
  return passes(pixels, across, down, to, false);
}
