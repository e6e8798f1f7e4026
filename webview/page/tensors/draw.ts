/** Paints a slice: cells in colours about 0, indices along the edges, the chosen cell. */
import type { Window } from '../../../model/explore/slice.ts';
import type { Theme } from '../../colour/theme.ts';
import { imageOf } from '../../draw/cells.ts';
import { cutMiddle, drawText, labelStep, visible } from '../../draw/labels.ts';
import { prepare } from '../../draw/surface.ts';
import type { ShownSlice } from './use-slice.ts';
import type { Span, View } from './window.ts';

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly frame: Frame;
  readonly view: View;
  readonly shown: ShownSlice | null;
  readonly cursor: { readonly row: number; readonly column: number } | null;
  /** The value that gets the last colour. */
  readonly top: number;
  readonly rowName: (index: number) => string;
  readonly columnName: (index: number) => string;
}

export function drawPicture(canvas: HTMLCanvasElement, picture: Picture, theme: Theme): void {
  const { frame, view, shown } = picture;
  const context = prepare(canvas, frame.left + frame.width, frame.top + frame.height);
  if (shown) drawCells(context, picture, shown, theme);
  context.strokeStyle = theme.border;
  context.strokeRect(frame.left - 0.5, frame.top - 0.5, frame.width + 0.5, frame.height + 0.5);
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.muted;
  drawRowNames(context, frame, view.rows, picture.rowName);
  drawColumnNames(context, frame, view.columns, picture.columnName);
  drawCursor(context, picture, theme);
}

function drawCells(context: CanvasRenderingContext2D, { frame, view, top }: Picture, { params, slice }: ShownSlice, theme: Theme): void {
  const { rows, columns } = params;
  const cells = { data: Float32Array.from(slice.values), rows: rows.count, columns: columns.count };
  const image = imageOf(cells, { colours: theme.diverging, scale: 'linear', top: () => top, signed: true });
  markSpecial(image, slice.values, theme);
  const source = new OffscreenCanvas(image.width, image.height);
  source.getContext('2d')!.putImageData(image, 0, 0);
  const x = place(columns.start, view.columns, frame.left, frame.width);
  const y = place(rows.start, view.rows, frame.top, frame.height);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  context.drawImage(source, x, y, extent(columns, view.columns, frame.width), extent(rows, view.rows, frame.height));
  context.restore();
}

/** Infinite values and those that are no number stand out: they have no place on the scale. */
function markSpecial(image: ImageData, values: Float64Array, theme: Theme): void {
  const colour = new OffscreenCanvas(1, 1).getContext('2d')!;
  colour.fillStyle = theme.query;
  colour.fillRect(0, 0, 1, 1);
  const [mark] = new Uint32Array(colour.getImageData(0, 0, 1, 1).data.buffer);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) pixels[i] = mark!;
}

const place = (index: number, { start, length }: Span, from: number, room: number) => from + ((index - start) / length) * room;
const extent = ({ count, step }: Window, { length }: Span, room: number) => ((count * step) / length) * room;

function drawRowNames(context: CanvasRenderingContext2D, { left, top, height }: Frame, span: Span, name: (index: number) => string): void {
  const cell = height / span.length;
  const step = labelStep(cell, 14);
  context.textBaseline = 'middle';
  for (let index = Math.ceil(span.start / step) * step; index < span.start + span.length; index += step) {
    const y = top + (index - span.start + 0.5) * cell;
    const text = cutMiddle(visible(name(index)), left - 8, (words) => context.measureText(words).width);
    if (y > top + 4 && y < top + height - 2) drawText(context, text, left - 6, y, 'right');
  }
}

function drawColumnNames(
  context: CanvasRenderingContext2D,
  { left, top, width }: Frame,
  span: Span,
  name: (index: number) => string,
): void {
  const cell = width / span.length;
  const step = labelStep(cell, 46);
  context.textBaseline = 'alphabetic';
  for (let index = Math.ceil(span.start / step) * step; index < span.start + span.length; index += step) {
    const x = left + (index - span.start + 0.5) * cell;
    const text = cutMiddle(visible(name(index)), Math.max(40, cell * step - 6), (words) => context.measureText(words).width);
    if (x > left + 4 && x < left + width - 8) drawText(context, text, x, top - 5, 'center');
  }
}

function drawCursor(context: CanvasRenderingContext2D, { frame, view, cursor, shown }: Picture, theme: Theme): void {
  if (!cursor || !shown) return;
  const [rowStep, columnStep] = [shown.params.rows.step, shown.params.columns.step];
  const x = place(cursor.column, view.columns, frame.left, frame.width);
  const y = place(cursor.row, view.rows, frame.top, frame.height);
  const width = Math.max(5, (columnStep / view.columns.length) * frame.width);
  const height = Math.max(5, (rowStep / view.rows.length) * frame.height);
  context.lineWidth = 2;
  context.strokeStyle = theme.query;
  context.strokeRect(x - 1, y - 1, width + 2, height + 2);
  context.lineWidth = 1;
}
