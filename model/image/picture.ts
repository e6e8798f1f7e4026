/** Pictures as arrays of pixels, row-major, channels together. */
import { HeadlightError } from '../errors.ts';

/** A decoded picture: RGBA, 8 bits a channel, alpha not multiplied in. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Pixels on their way to the model: [height, width, channels]. */
export interface Pixels<A extends Uint8Array | Float32Array = Uint8Array | Float32Array> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: A;
}

/** What becomes of transparency: `drop` shows the hidden colours, as PIL's conversion to RGB does; `white` lays the picture on white. */
export type Alpha = 'drop' | 'white';

/** @throws HeadlightError 'shape' if the data is not height·width·4 values */
export function checkPicture({ width, height, data }: Picture): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new HeadlightError('shape', `A picture has ${width} × ${height} pixels.`);
  }
  const expected = 4 * width * height;
  if (data.length !== expected) {
    throw new HeadlightError(
      'shape',
      `picture: data has ${data.length} values, expected 4·width·height = 4·${width}·${height} = ${expected}`,
    );
  }
}

/**
 * Colour or grey pixels of a picture. Grey is PIL's luma: (19595·R + 38470·G + 7471·B + 2^15) >> 16 (ITU-R 601-2).
 * @param channels 3 for RGB, 1 for grey
 */
export function toPixels(picture: Picture, channels: 1 | 3, alpha: Alpha): Pixels<Uint8Array> {
  const { width, height, data } = picture;
  const out = new Uint8Array(width * height * channels);
  const onWhite = (value: number, a: number) => (alpha === 'drop' || a === 255 ? value : Math.round((value * a + 255 * (255 - a)) / 255));
  for (let p = 0; p < width * height; p++) {
    const a = data[4 * p + 3]!;
    const [r, g, b] = [onWhite(data[4 * p]!, a), onWhite(data[4 * p + 1]!, a), onWhite(data[4 * p + 2]!, a)];
    if (channels === 1) out[p] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
    else {
      out[3 * p] = r;
      out[3 * p + 1] = g;
      out[3 * p + 2] = b;
    }
  }
  return { width, height, channels, data: out };
}

/**
 * A picture turned upright by its EXIF orientation, 1 to 8; anything else leaves it as it is.
 * Source: Exif 2.32, tag 0x0112; the same eight as PIL's `ImageOps.exif_transpose`.
 */
export function upright(picture: Picture, orientation: number): Picture {
  if (!Number.isInteger(orientation) || orientation < 2 || orientation > 8) return picture;
  const { width: W, height: H, data } = picture;
  const turned = orientation >= 5;
  const [width, height] = turned ? [H, W] : [W, H];
  const out = new Uint8Array(data.length);
  const from32 = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const to32 = new DataView(out.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = sourceOf(orientation, x, y, W, H);
      to32.setUint32(4 * (y * width + x), from32.getUint32(4 * (sy * W + sx)));
    }
  }
  return { width, height, data: out };
}

/** Where the upright picture's pixel (x, y) lies in the stored one of W × H pixels. */
function sourceOf(orientation: number, x: number, y: number, W: number, H: number): readonly [number, number] {
  switch (orientation) {
    case 2:
      return [W - 1 - x, y];
    case 3:
      return [W - 1 - x, H - 1 - y];
    case 4:
      return [x, H - 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, H - 1 - x];
    case 7:
      return [W - 1 - y, H - 1 - x];
    case 8:
      return [W - 1 - y, x];
    default:
      return [x, y];
  }
}
