/** Painting the matrix: weights on one canvas; cross-hair, query and pins on another above it, so that a hover repaints lines only. */
import type { Theme } from '../../colour/theme.ts';
import { areaEnds, type Cells, imageOf, type Paint, poolMax } from '../../draw/cells.ts';
import { cutMiddle, drawText, labelStep } from '../../draw/labels.ts';
import { prepare, screenDensity } from '../../draw/surface.ts';
import { BAR, edgeOf, type Frame, type Window2d } from './geometry.ts';

export interface MatrixPicture {
  readonly cells: Cells;
  readonly paint: Paint;
  readonly theme: Theme;
  readonly frame: Frame;
  readonly window: Window2d;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Share of each row that is not drawn, or null when nothing is hidden. */
  readonly hidden: Float32Array | null;
  readonly width: number;
  readonly height: number;
}

/** Slant of the column labels. */
const SLANT = -Math.PI / 3;
const GRID_FROM = 9;
/** Cells smaller than this are outlined from a little further off. */
const THIN = 6;

/** A picture of a map's weights in some colours. */
interface Held {
  readonly key: readonly unknown[];
  readonly bitmap: OffscreenCanvas;
}

/** Pictures that are kept, newest last: whoever goes back and forth between heads sees them at once. */
const held: Held[] = [];

/** Pixels that all kept pictures may have together: 16 MB. */
const MOST_PIXELS = 4 * 2 ** 20;
/** Small pictures count too: each keeps the weights that it was made of. */
const MOST_PICTURES = 32;

/** One pixel a cell, or where cells are smaller than a device pixel, the largest weight of each pixel. */
function bitmap({ cells, paint, window, theme }: MatrixPicture, key: readonly unknown[]): OffscreenCanvas {
  const device = window.cell * screenDensity();
  const size = (count: number) => (device < 1 ? Math.max(1, Math.round(count * device)) : count);
  const [rows, columns] = [size(cells.rows), size(cells.columns)];
  const wanted = [cells.data, ...key, theme, rows, columns];
  const at = held.findIndex((h) => wanted.length === h.key.length && wanted.every((v, i) => v === h.key[i]));
  const [known] = at < 0 ? [] : held.splice(at, 1);
  const picture = known ?? { key: wanted, bitmap: paintBitmap(cells, paint, rows, columns) };
  held.push(picture);
  forgetOldest();
  return picture.bitmap;
}

function paintBitmap(cells: Cells, paint: Paint, rows: number, columns: number): OffscreenCanvas {
  const fits = rows === cells.rows && columns === cells.columns;
  const image = fits ? imageOf(cells, paint) : imageOf(poolMax(cells, rows, columns, paint.ends), pooledPaint(paint, cells, rows, columns));
  const made = new OffscreenCanvas(image.width, image.height);
  made.getContext('2d')!.putImageData(image, 0, 0);
  return made;
}

function forgetOldest(): void {
  const pixels = () => held.reduce((sum, { bitmap }) => sum + bitmap.width * bitmap.height, 0);
  while (held.length > 2 && (held.length > MOST_PICTURES || pixels() > MOST_PIXELS)) held.shift();
}

/** The paint of a pooled map: an area is empty where its last row sees nothing of its first column. */
function pooledPaint(paint: Paint, cells: Cells, rows: number, columns: number): Paint {
  const [rowEnds, columnEnds] = [areaEnds(cells.rows, rows), areaEnds(cells.columns, columns)];
  const firstOf = (ends: Int32Array, area: number) => (area === 0 ? 0 : ends[area - 1]!);
  const ends = paint.ends && pooledEnds(paint.ends, rowEnds, cells.columns, columns);
  const pooled = { ...paint, top: (row: number) => paint.top(firstOf(rowEnds, row)), ...(ends ? { ends } : {}) };
  return paint.empty ? { ...pooled, empty: (row, column) => paint.empty!(rowEnds[row]! - 1, firstOf(columnEnds, column)) } : pooled;
}

/** One past the area that holds the last cell that the area's last row sees. */
function pooledEnds(ends: (row: number) => number, rowEnds: Int32Array, count: number, areas: number): (area: number) => number {
  return (area) => Math.floor(((ends(rowEnds[area]! - 1) - 1) * areas) / count) + 1;
}

/** @param key what the colours depend on: the same key, the same picture */
export function drawMatrix(canvas: HTMLCanvasElement, picture: MatrixPicture, key: readonly unknown[]): void {
  const { cells, theme, frame, window, width, height } = picture;
  const context = prepare(canvas, width, height);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  const [x, y] = [edgeOf(0, window.x, window.cell, frame.left), edgeOf(0, window.y, window.cell, frame.top)];
  context.drawImage(bitmap(picture, key), x, y, cells.columns * window.cell, cells.rows * window.cell);
  if (window.cell >= GRID_FROM) drawGaps(context, picture);
  context.restore();
  context.font = `${theme.fontSize - 1}px ${theme.font}`;
  drawRowLabels(context, picture);
  drawColumnLabels(context, picture);
  if (picture.hidden) drawHidden(context, picture, picture.hidden);
}

/** Lines of background between cells, where there is room. */
function drawGaps(context: CanvasRenderingContext2D, { cells, theme, frame, window }: MatrixPicture): void {
  context.fillStyle = theme.background;
  const bottom = Math.min(frame.height, (cells.rows - window.y) * window.cell);
  const right = Math.min(frame.width, (cells.columns - window.x) * window.cell);
  for (let c = Math.ceil(window.x); c <= cells.columns; c++)
    context.fillRect(edgeOf(c, window.x, window.cell, frame.left) - 1, frame.top, 1, bottom);
  for (let r = Math.ceil(window.y); r <= cells.rows; r++)
    context.fillRect(frame.left, edgeOf(r, window.y, window.cell, frame.top) - 1, right, 1);
}

/** Rows or columns whose labels are shown: those in the window, every n-th so that none lies on another. */
function* labelled(from: number, room: number, cell: number, count: number, least: number): Generator<number> {
  const step = labelStep(cell, least);
  for (let i = Math.ceil(Math.max(0, from - 0.5) / step) * step; i < Math.min(count, from + room / cell); i += step) yield i;
}

function drawRowLabels(context: CanvasRenderingContext2D, { cells, theme, frame, window, rowLabels }: MatrixPicture): void {
  context.fillStyle = theme.foreground;
  context.textBaseline = 'middle';
  const measure = (text: string) => context.measureText(text).width;
  for (const row of labelled(window.y, frame.height, window.cell, cells.rows, theme.fontSize + 1)) {
    const y = edgeOf(row + 0.5, window.y, window.cell, frame.top);
    if (y < frame.top || y > frame.top + frame.height) continue;
    drawText(context, cutMiddle(rowLabels[row] ?? '', frame.left - 10, measure), frame.left - 6, y, 'right');
  }
}

function drawColumnLabels(context: CanvasRenderingContext2D, { cells, theme, frame, window, columnLabels, width }: MatrixPicture): void {
  context.fillStyle = theme.foreground;
  context.textBaseline = 'middle';
  const measure = (text: string) => context.measureText(text).width;
  const longest = (frame.top - 10) / Math.sin(-SLANT);
  for (const column of labelled(window.x, frame.width, window.cell, cells.columns, theme.fontSize + 3)) {
    const x = edgeOf(column + 0.5, window.x, window.cell, frame.left);
    if (x < frame.left || x > frame.left + frame.width) continue;
    const room = Math.min(longest, (width - x - 4) / Math.cos(SLANT));
    context.save();
    context.translate(x, frame.top - 6);
    context.rotate(SLANT);
    drawText(context, cutMiddle(columnLabels[column] ?? '', room, measure), 0, 0, 'left');
    context.restore();
  }
}

/** One bar a row at the right: the share that hidden keys or the threshold leave out. */
function drawHidden(context: CanvasRenderingContext2D, { cells, theme, frame, window }: MatrixPicture, hidden: Float32Array): void {
  const left = frame.left + Math.min(frame.width, (cells.columns - window.x) * window.cell) + 3;
  const last = Math.min(cells.rows, Math.ceil(window.y + frame.height / window.cell));
  for (let row = Math.floor(window.y); row < last; row++) {
    const y = Math.max(frame.top, edgeOf(row, window.y, window.cell, frame.top));
    const height = Math.max(1, Math.min(window.cell - (window.cell >= GRID_FROM ? 1 : 0), frame.top + frame.height - y));
    context.fillStyle = theme.border;
    context.fillRect(left, y, BAR - 4, height);
    context.fillStyle = theme.query;
    context.fillRect(left, y, (BAR - 4) * Math.min(1, hidden[row] ?? 0), height);
  }
}

export interface Marks {
  /** Rows of the selected queries. */
  readonly rows: readonly number[];
  readonly column: number | null;
  readonly pointed: { readonly row: number | null; readonly column: number | null };
  readonly pins: readonly { readonly row: number; readonly column: number }[];
}

/** Cross-hair, outlined queries, pins. */
export function drawMarks(
  canvas: HTMLCanvasElement,
  picture: Pick<MatrixPicture, 'cells' | 'theme' | 'frame' | 'window' | 'width' | 'height'>,
  marks: Marks,
): void {
  const { cells, theme, frame, window, width, height } = picture;
  const context = prepare(canvas, width, height);
  context.beginPath();
  context.rect(frame.left - 2, frame.top - 2, frame.width + 4, frame.height + 4);
  context.clip();
  const x = (column: number) => edgeOf(column, window.x, window.cell, frame.left);
  const y = (row: number) => edgeOf(row, window.y, window.cell, frame.top);
  const right = Math.min(frame.left + frame.width, x(cells.columns));
  const bottom = Math.min(frame.top + frame.height, y(cells.rows));
  const box = (left: number, top: number, w: number, h: number, colour: string, line: number) => {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(left - 0.5, top - 0.5, Math.max(w, 2), Math.max(h, 2));
  };
  // Around thin rows and columns, so that the outline does not hide them.
  const air = window.cell < THIN ? 2 : 0;
  const { row, column } = marks.pointed;
  if (row !== null) box(x(0), y(row), right - x(0), window.cell, theme.muted, 1);
  if (column !== null) box(x(column), y(0), window.cell, bottom - y(0), theme.muted, 1);
  if (marks.column !== null) box(x(marks.column) - air, y(0), window.cell + 2 * air, bottom - y(0), theme.muted, 1);
  for (const query of marks.rows) box(x(0), y(query) - air, right - x(0), window.cell + 2 * air, theme.query, 1.5);
  for (const pin of marks.pins) box(x(pin.column), y(pin.row), window.cell, window.cell, theme.focus, 2);
  if (row !== null && column !== null) box(x(column), y(row), window.cell, window.cell, theme.foreground, 2);
}

/** Draws the whole map small, with a frame around what the large one shows. */
export function drawMinimap(canvas: HTMLCanvasElement, picture: MatrixPicture, key: readonly unknown[], side: number): void {
  const { cells, theme, frame, window } = picture;
  const scale = side / Math.max(cells.rows, cells.columns);
  const [w, h] = [cells.columns * scale, cells.rows * scale];
  const context = prepare(canvas, w, h);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, w, h);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap({ ...picture, window: { x: 0, y: 0, cell: scale } }, key), 0, 0, w, h);
  context.strokeStyle = theme.query;
  context.lineWidth = 1.5;
  context.strokeRect(
    window.x * scale + 0.5,
    window.y * scale + 0.5,
    Math.max(3, (frame.width / window.cell) * scale - 1),
    Math.max(3, (frame.height / window.cell) * scale - 1),
  );
}
