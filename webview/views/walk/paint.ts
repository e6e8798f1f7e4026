/** Draws a block's matrix: all cells as a picture, or the numbers in a window that scrolls. */

import { heatAt } from '../../colour/heat.ts';
import { cssAt, STEPS } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import { type Cells, colourIndex, imageOf, type Paint, poolMax } from '../../draw/cells.ts';
import { cutMiddle, drawText, labelStep } from '../../draw/labels.ts';
import { short } from '../../draw/numbers.ts';
import { prepare, screenDensity } from '../../draw/surface.ts';
import type { GridProps } from './grid.tsx';

/** Room for the names of rows, in pixels. */
export const ROW_LABELS = 88;
export const NUMBER_CELL = { width: 62, height: 20 };
/** Rows of a picture are as tall as text where there is room. */
const ROW = 15;

export interface GridPicture extends Pick<GridProps, 'value' | 'labels' | 'lit' | 'isWeights' | 'cell' | 'numbers' | 'wide'> {
  readonly theme: Theme;
  readonly width: number;
  readonly scroll: { readonly left: number; readonly top: number };
}

export interface GridFrame {
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

export function frameOf({ value, width, numbers, wide = false }: GridPicture, most: number): GridFrame {
  if (numbers) {
    const height = Math.min(most, value.rows * NUMBER_CELL.height + 16);
    return { width, height, cellWidth: NUMBER_CELL.width, cellHeight: NUMBER_CELL.height };
  }
  const cellHeight = value.rows === 1 ? 22 : Math.max(1, Math.min(ROW, Math.floor(most / value.rows)));
  const cellWidth = Math.max(1, width - ROW_LABELS) / value.columns;
  return {
    width,
    height: cellHeight * value.rows,
    cellWidth: value.columns === value.rows && !wide ? Math.min(cellWidth, 28) : cellWidth,
    cellHeight,
  };
}

/** Below this a number stands for −∞. */
const HIDDEN = -1e30;

function paintOf({ value, isWeights, theme }: GridPicture): Paint {
  let top = 0;
  for (const number of value.data) if (number > HIDDEN && Number.isFinite(number)) top = Math.max(top, Math.abs(number));
  const empty = (row: number, column: number) => !(value.data[row * value.columns + column]! > HIDDEN);
  const colours = isWeights ? theme.sequential : theme.diverging;
  return { colours, scale: isWeights ? 'linear' : 'sqrt', top: () => top, signed: !isWeights, empty };
}

const images = new WeakMap<Float32Array, { readonly theme: Theme; readonly width: number; readonly image: OffscreenCanvas }>();

function imageFor(picture: GridPicture, width: number): OffscreenCanvas {
  const { value, theme } = picture;
  const known = images.get(value.data);
  if (known?.theme === theme && known.width === width) return known.image;
  const pixels = Math.max(1, Math.floor(width * screenDensity()));
  const cells: Cells = value.columns > pixels ? poolMax(value, value.rows, pixels) : value;
  const { empty, ...paint } = paintOf(picture);
  const made = imageOf(cells, cells === value && empty ? { ...paint, empty } : paint);
  const image = new OffscreenCanvas(made.width, made.height);
  image.getContext('2d')!.putImageData(made, 0, 0);
  images.set(value.data, { theme, width, image });
  return image;
}

/** All cells; where several share a pixel the largest is seen. */
export function drawPicture(canvas: HTMLCanvasElement, picture: GridPicture, frame: GridFrame): void {
  const { value, theme, lit, cell } = picture;
  const context = prepare(canvas, frame.width, frame.height);
  const width = frame.cellWidth * value.columns;
  context.imageSmoothingEnabled = false;
  context.drawImage(imageFor(picture, width), ROW_LABELS, 0, width, frame.height);
  drawLabels(context, picture, frame, 0);
  context.lineWidth = 1.5;
  if (lit !== null) outline(context, theme.query, ROW_LABELS, lit * frame.cellHeight, width, frame.cellHeight);
  const x = ROW_LABELS + cell.column * frame.cellWidth;
  outline(context, theme.foreground, x, cell.row * frame.cellHeight, Math.max(3, frame.cellWidth), Math.max(3, frame.cellHeight));
}

/** Only the numbers that the window shows. */
export function drawNumbers(canvas: HTMLCanvasElement, picture: GridPicture, frame: GridFrame): void {
  const { value, theme, lit, cell, scroll } = picture;
  const context = prepare(canvas, frame.width, frame.height - 14);
  const paint = paintOf(picture);
  context.font = `${theme.fontSize - 2}px ${theme.font}`;
  context.textBaseline = 'middle';
  const [firstRow, firstColumn] = [Math.floor(scroll.top / frame.cellHeight), Math.floor(scroll.left / frame.cellWidth)];
  for (let row = firstRow; row < value.rows && row * frame.cellHeight < scroll.top + frame.height; row++) {
    for (let column = firstColumn; column < value.columns && column * frame.cellWidth < scroll.left + frame.width; column++) {
      const number = value.data[row * value.columns + column]!;
      const [x, y] = [ROW_LABELS + column * frame.cellWidth - scroll.left, row * frame.cellHeight - scroll.top];
      const isHidden = !(number > HIDDEN);
      const index = colourIndex(number, paint.top(row), paint.scale, paint.signed);
      const { background, ink } = heatAt(paint.colours, index);
      if (!isHidden) {
        context.fillStyle = background;
        context.fillRect(x, y, frame.cellWidth - 1, frame.cellHeight - 1);
      }
      context.fillStyle = isHidden ? theme.foreground : ink;
      context.textAlign = 'right';
      context.fillText(isHidden ? '−∞' : short(number), x + frame.cellWidth - 5, y + frame.cellHeight / 2);
    }
  }
  context.clearRect(0, 0, ROW_LABELS, frame.height);
  drawLabels(context, picture, frame, scroll.top);
  context.lineWidth = 1.5;
  if (lit !== null) outline(context, theme.query, ROW_LABELS, lit * frame.cellHeight - scroll.top, frame.width, frame.cellHeight - 1);
  const x = ROW_LABELS + cell.column * frame.cellWidth - scroll.left;
  if (x >= ROW_LABELS)
    outline(context, theme.foreground, x, cell.row * frame.cellHeight - scroll.top, frame.cellWidth - 1, frame.cellHeight - 1);
}

function outline(context: CanvasRenderingContext2D, colour: string, x: number, y: number, width: number, height: number): void {
  context.strokeStyle = colour;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { value, labels, lit, theme }: GridPicture,
  frame: GridFrame,
  scrolled: number,
): void {
  context.textBaseline = 'middle';
  const step = labelStep(frame.cellHeight, 12);
  for (let row = 0; row < value.rows; row++) {
    const isLit = row === lit;
    const nearLit = lit !== null && !isLit && Math.abs(row - lit) * frame.cellHeight < 12;
    if (!isLit && (row % step !== 0 || nearLit)) continue;
    const y = (row + 0.5) * frame.cellHeight - scrolled;
    if (y < -10 || y > frame.height + 10) continue;
    context.font = `${isLit ? '600 ' : ''}${theme.fontSize - 2}px ${theme.font}`;
    context.fillStyle = isLit ? theme.query : theme.foreground;
    const label = value.rows === 1 && labels.length !== 1 ? 'all' : (labels[row] ?? String(row + 1));
    drawText(
      context,
      cutMiddle(label, ROW_LABELS - 10, (text) => context.measureText(text).width),
      ROW_LABELS - 6,
      Math.max(6, y),
      'right',
    );
  }
}

/** The two ends of the colours, for a legend in words. */
export function endsOf(picture: Pick<GridPicture, 'value' | 'isWeights' | 'theme'>): {
  readonly top: number;
  readonly low: string;
  readonly high: string;
} {
  const paint = paintOf(picture as GridPicture);
  return { top: paint.top(0), low: cssAt(paint.colours, 0), high: cssAt(paint.colours, STEPS - 1) };
}
