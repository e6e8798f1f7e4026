/** Where things lie: from the model's pixels back to the picture's. */
import { HeadlightError } from '../errors.ts';
import type { ImageSettings, TargetSize } from './settings.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How a picture became the model's input: resized to `resized`, then cut at (left, top) to `input`; negative where it was padded. */
export interface Geometry {
  readonly picture: Size;
  readonly resized: Size;
  readonly left: number;
  readonly top: number;
  readonly input: Size;
}

/** The size to resize a picture to; lengths that do not come out whole are cut off, as in the processors. */
export function resizedSize(picture: Size, target: TargetSize): Size {
  if ('height' in target) return { width: target.width, height: target.height };
  const { shortestEdge, longestEdge } = target;
  const wide = picture.width > picture.height;
  const [short, long] = wide ? [picture.height, picture.width] : [picture.width, picture.height];
  let [newShort, newLong] = [shortestEdge, Math.trunc((shortestEdge * long) / short)];
  if (longestEdge !== null && newLong > longestEdge)
    [newShort, newLong] = [Math.max(1, Math.trunc((longestEdge * newShort) / newLong)), longestEdge];
  return wide ? { width: newLong, height: newShort } : { width: newShort, height: newLong };
}

/** First pixel of a centred cut along one axis. A shorter axis is padded, the odd pixel before it with PIL's processors, behind it with torchvision's. */
function cropStart(from: number, to: number, pil: boolean): number {
  const start = (from - to) / 2;
  return to <= from || pil ? Math.floor(start) : Math.ceil(start);
}

/** The geometry that settings give a picture. @throws HeadlightError 'limit' if the resized picture would be absurdly long */
export function geometryOf(picture: Size, settings: ImageSettings): Geometry {
  const resized = settings.resize === null ? { width: picture.width, height: picture.height } : resizedSize(picture, settings.resize.size);
  if (resized.width * resized.height > MAX_PIXELS) {
    throw new HeadlightError(
      'limit',
      `The picture would become ${resized.width} × ${resized.height} pixels: it is too long and narrow for this model.`,
    );
  }
  const input = settings.crop ?? resized;
  const pil = settings.arithmetic === 'pil';
  return {
    picture: { width: picture.width, height: picture.height },
    resized,
    left: cropStart(resized.width, input.width, pil),
    top: cropStart(resized.height, input.height, pil),
    input: { width: input.width, height: input.height },
  };
}

/** As many pixels as a model's input may have before it is cropped. */
const MAX_PIXELS = 100_000_000;

/** A point of the model's input, in pixels of the picture. Exact: the cut undone, then the scale. */
export function toPicture({ picture, resized, left, top }: Geometry, x: number, y: number): readonly [number, number] {
  return [((x + left) * picture.width) / resized.width, ((y + top) * picture.height) / resized.height];
}

/** A point of the picture, in pixels of the model's input; may lie outside it. */
export function toInput({ picture, resized, left, top }: Geometry, x: number, y: number): readonly [number, number] {
  return [(x * resized.width) / picture.width - left, (y * resized.height) / picture.height - top];
}

/** The part of the picture that the model sees. */
export function visibleRect(geometry: Geometry): Rect {
  return clipped(geometry, rectToPicture(geometry, { left: 0, top: 0, right: geometry.input.width, bottom: geometry.input.height }));
}

export function rectToPicture(geometry: Geometry, { left, top, right, bottom }: Rect): Rect {
  const [l, t] = toPicture(geometry, left, top);
  const [r, b] = toPicture(geometry, right, bottom);
  return { left: l, top: t, right: r, bottom: b };
}

function clipped({ picture }: Geometry, rect: Rect): Rect {
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  return {
    left: within(rect.left, picture.width),
    top: within(rect.top, picture.height),
    right: within(rect.right, picture.width),
    bottom: within(rect.bottom, picture.height),
  };
}
