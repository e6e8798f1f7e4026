/** From a decoded picture to a model's `pixel_values`. */
import { HeadlightError } from '../errors.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { type Alpha, checkPicture, type Picture, type Pixels, toPixels } from './picture.ts';
import { resize8, resizeFloat } from './resize.ts';
import type { ImageSettings } from './settings.ts';

export interface PreprocessOptions {
  /** What becomes of transparency; by default it is dropped, as the processors do. */
  readonly alpha?: Alpha;
  /** Channels that the model takes (`num_channels`): 3, the default, or 1 for grey. */
  readonly channels?: 1 | 3;
}

export interface Preprocessed {
  /** [1, C, height, width] */
  readonly values: Float32Array;
  readonly shape: readonly [1, number, number, number];
  readonly geometry: Geometry;
}

/** Cuts [top, top + height) × [left, left + width) out; what lies outside is 0. */
function crop<A extends Uint8Array | Float32Array>(pixels: Pixels<A>, { left, top, input }: Geometry): Pixels<A> {
  if (left === 0 && top === 0 && input.width === pixels.width && input.height === pixels.height) return pixels;
  const { channels, data } = pixels;
  const size = input.width * input.height * channels;
  const out = (data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size)) as A;
  const [fromX, toX] = [Math.max(0, left), Math.min(pixels.width, left + input.width)];
  for (let y = Math.max(0, top); y < Math.min(pixels.height, top + input.height); y++) {
    const row = data.subarray((y * pixels.width + fromX) * channels, (y * pixels.width + toX) * channels);
    out.set(row, ((y - top) * input.width + fromX - left) * channels);
  }
  return { width: input.width, height: input.height, channels, data: out };
}

function rescaled({ data, ...rest }: Pixels, factor: number): Pixels<Float32Array> {
  return { ...rest, data: Float32Array.from(data, (v) => v * factor) };
}

/** One value a channel; a single value serves all. @throws HeadlightError 'shape' */
function perChannel(values: readonly number[], channels: number, name: string): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
  throw new HeadlightError('shape', `preprocess: ${name} has ${values.length} values, the picture ${channels} channels`);
}

/** [height, width, C] to [1, C, height, width], each channel (v − mean) / std in single precision. */
function planes({ width, height, channels, data }: Pixels, settings: ImageSettings): Float32Array {
  const area = width * height;
  const out = new Float32Array(channels * area);
  const mean = perChannel(settings.normalize?.mean ?? [0], channels, 'image_mean');
  const std = perChannel(settings.normalize?.std ?? [1], channels, 'image_std');
  for (let c = 0; c < channels; c++) {
    const from = settings.flipChannels ? channels - 1 - c : c;
    const [m, s] = [Math.fround(mean[c]!), Math.fround(std[c]!)];
    for (let p = 0; p < area; p++) out[c * area + p] = Math.fround(data[p * channels + from]! - m) / s;
  }
  return out;
}

/**
 * Prepares a picture as the settings say: colour or grey, resize, centre crop, rescale, normalise, channels first.
 *
 * Against transformers' processors: equal to PIL's to a grey level's rounding; DINOv3's floating-point path to float rounding.
 * @throws HeadlightError 'shape' if data, channels and settings do not fit each other; 'limit' if the resized picture is too large
 */
export function preprocess(picture: Picture, settings: ImageSettings, options: PreprocessOptions = {}): Preprocessed {
  checkPicture(picture);
  const geometry = geometryOf(picture, settings);
  const pixels = toPixels(picture, options.channels ?? 3, options.alpha ?? 'drop');
  const filter = settings.resize?.filter ?? 'nearest';
  let now: Pixels = pixels;
  if (settings.rescaleFirst && settings.rescale !== null) now = resizeFloat(rescaled(pixels, settings.rescale), geometry.resized, filter);
  else now = resize8(pixels, geometry.resized, filter, settings.arithmetic);
  now = crop(now as Pixels<Uint8Array>, geometry);
  if (!settings.rescaleFirst && settings.rescale !== null) now = rescaled(now, settings.rescale);
  const { input } = geometry;
  return { values: planes(now, settings), shape: [1, now.channels, input.height, input.width], geometry };
}
