/** Draws a picture with the weights of its patches over it. */

import { type PatchGrid, patchRect, type Rect, rectToPicture, visibleRect } from '../../../model/image/index.ts';
import { STEPS } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import { colourIndex, type Paint } from '../../draw/cells.ts';
import { prepare } from '../../draw/surface.ts';
import type { Scene } from '../../image/scene.ts';

/** Where the picture lies on the canvas: pixels of the picture times `scale`, from (left, top). */
export interface Fit {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** The whole picture, as large as the box allows, in its middle. */
export function fitPicture(picture: { width: number; height: number }, width: number, height: number, margin = 4): Fit {
  const scale = Math.max(0.01, Math.min((width - 2 * margin) / picture.width, (height - 2 * margin) / picture.height));
  return { scale, left: (width - picture.width * scale) / 2, top: (height - picture.height * scale) / 2 };
}

export interface Overlay {
  readonly scene: Scene;
  /** The layer's own patches. */
  readonly grid: PatchGrid;
  /** 1 for patches of the window that is looked at, null where the layer attends over the whole picture. */
  readonly window: Uint8Array | null;
  /** Weights of the patches, row-major. */
  readonly weights: Float32Array;
  /** 1 for patches that are painted. */
  readonly kept: Uint8Array;
  readonly paint: Omit<Paint, 'top'> & { readonly most: number };
  readonly opacity: number;
  readonly smooth: boolean;
}

export interface Marks {
  /** Patches that ask, as rectangles of the picture. */
  readonly queries: readonly Rect[];
  readonly key: Rect | null;
  readonly pointed: Rect | null;
}

/** One pixel a patch. */
export function patchImage({ weights, kept, paint, grid, opacity }: Overlay): ImageData {
  const { rows, columns } = grid;
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const entry = Math.min(STEPS - 1, colourIndex(weights[i]!, paint.most, paint.scale, paint.signed));
    image.data.set(paint.colours.subarray(4 * entry, 4 * entry + 3), 4 * i);
    image.data[4 * i + 3] = kept[i] ? Math.round(255 * opacity) : 0;
  }
  return image;
}

export function drawPicture(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number },
  fit: Fit,
  overlay: Overlay,
  marks: Marks,
  theme: Theme,
) {
  const context = prepare(canvas, size.width, size.height);
  const { scene } = overlay;
  const { bitmap, geometry } = scene;
  const place = ({ left, top, right, bottom }: Rect) =>
    [fit.left + left * fit.scale, fit.top + top * fit.scale, (right - left) * fit.scale, (bottom - top) * fit.scale] as const;
  const whole = place({ left: 0, top: 0, right: bitmap.width, bottom: bitmap.height });
  context.imageSmoothingEnabled = fit.scale < 1;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, ...whole);
  shade(context, whole, place(visibleRect(geometry)), theme.background);
  const { rows, columns, patch } = overlay.grid;
  const area = place(rectToPicture(geometry, { left: 0, top: 0, right: columns * patch.width, bottom: rows * patch.height }));
  const cells = new OffscreenCanvas(columns, rows);
  cells.getContext('2d')!.putImageData(patchImage(overlay), 0, 0);
  context.save();
  context.beginPath();
  context.rect(...whole);
  context.clip();
  context.imageSmoothingEnabled = overlay.smooth;
  context.drawImage(cells, ...area);
  context.restore();
  const patchPlace = (row: number, column: number) => place(patchRect(overlay.grid, geometry, row, column));
  if (overlay.window) frame(context, overlay.window, overlay.grid, patchPlace, theme);
  for (const rect of marks.queries) outline(context, place(rect), theme.query, 2.5, theme.background);
  if (marks.key) outline(context, place(marks.key), theme.foreground, 2, theme.background);
  if (marks.pointed) outline(context, place(marks.pointed), theme.foreground, 1, theme.background);
}

type Box = readonly [left: number, top: number, width: number, height: number];

/** The border of a window; a shifted one that runs over the picture's edge goes on at the other side. */
function frame(
  context: CanvasRenderingContext2D,
  window: Uint8Array,
  { rows, columns }: PatchGrid,
  place: (row: number, column: number) => Box,
  theme: Theme,
): void {
  const inside = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < rows && column < columns && window[row * columns + column] === 1;
  context.beginPath();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!inside(row, column)) continue;
      const [x, y, width, height] = place(row, column);
      const line = (x1: number, y1: number, x2: number, y2: number) => {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      };
      if (!inside(row - 1, column)) line(x, y, x + width, y);
      if (!inside(row + 1, column)) line(x, y + height, x + width, y + height);
      if (!inside(row, column - 1)) line(x, y, x, y + height);
      if (!inside(row, column + 1)) line(x + width, y, x + width, y + height);
    }
  }
  for (const [colour, width] of [
    [theme.background, 4],
    [theme.foreground, 1.5],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

/** Dims what the model does not see. */
function shade(context: CanvasRenderingContext2D, whole: Box, seen: Box, colour: string): void {
  context.save();
  context.globalAlpha = 0.7;
  context.fillStyle = colour;
  context.beginPath();
  context.rect(...whole);
  context.rect(...seen);
  context.fill('evenodd');
  context.restore();
}

/** An outline with a rim of the background's colour, to be seen on any picture. */
function outline(context: CanvasRenderingContext2D, [x, y, width, height]: Box, colour: string, line: number, rim: string): void {
  context.lineWidth = line + 2;
  context.strokeStyle = rim;
  context.strokeRect(x, y, width, height);
  context.lineWidth = line;
  context.strokeStyle = colour;
  context.strokeRect(x, y, width, height);
}
