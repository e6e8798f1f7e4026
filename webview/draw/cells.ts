/**
 * Weights to pixels. A cell of at least a pixel is one pixel of an image that the canvas enlarges without smoothing; where several cells
 * share a pixel the largest weight wins, so that a diagonal one cell wide does not disappear.
 */
import { place, type Scale, STEPS, type Table } from '../colour/scales.ts';

/** Weights `[rows, columns]`, row-major. */
export interface Cells {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** What colour a weight has. */
export interface Paint {
  readonly colours: Table;
  readonly scale: Scale;
  /** The weight that gets the last colour, for the row; for the diverging table the largest distance from 0. */
  readonly top: (row: number) => number;
  /** −1 to 1 around 0 instead of 0 to 1. */
  readonly signed?: boolean;
  /** Cells that stay empty: those that the query cannot see. */
  readonly empty?: (row: number, column: number) => boolean;
  /** The same for queries that see the keys up to their own place: the first column that a row does not see. Many times faster. */
  readonly ends?: (row: number) => number;
}

export const isEmpty = ({ empty, ends }: Paint, row: number, column: number): boolean =>
  (ends !== undefined && column >= ends(row)) || (empty?.(row, column) ?? false);

/** Entry of the colour table for a weight. */
export function colourIndex(weight: number, top: number, scale: Scale, signed = false): number {
  if (!(top > 0)) return signed ? STEPS >> 1 : 0;
  const share = place(scale, Math.abs(weight) / top);
  if (!signed) return Math.round(share * (STEPS - 1));
  return Math.round(((Math.sign(weight) * share + 1) / 2) * (STEPS - 1));
}

/** Image of all cells, one pixel each; empty cells are transparent. */
export function imageOf(cells: Cells, paint: Paint): ImageData {
  const image = new ImageData(Math.max(1, cells.columns), Math.max(1, cells.rows));
  const pixels = new Uint32Array(image.data.buffer);
  const row = rowPainter(paint);
  for (let r = 0; r < cells.rows; r++) {
    const end = endOf(paint.ends, r, cells.columns);
    row(pixels, cells, r, end);
    pixels.fill(0, r * cells.columns + end, (r + 1) * cells.columns);
  }
  if (paint.empty) clear(pixels, cells, paint.empty);
  return image;
}

const endOf = (ends: Paint['ends'], row: number, columns: number): number => Math.min(columns, Math.max(0, ends?.(row) ?? columns));

function clear(pixels: Uint32Array, { rows, columns }: Cells, empty: (row: number, column: number) => boolean): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (empty(r, c)) pixels[r * columns + c] = 0;
}

type RowPainter = (pixels: Uint32Array, cells: Cells, row: number, end: number) => void;

/** Paints one row up to a column. The plain case (linear, no sign) is written out: it is what a step through the heads waits for. */
function rowPainter({ colours, scale, top, signed }: Paint): RowPainter {
  const table = new Uint32Array(colours.buffer);
  if (scale !== 'linear' || signed) {
    return (pixels, { data, columns }, row, end) => {
      const most = top(row);
      for (let at = row * columns; at < row * columns + end; at++) pixels[at] = table[colourIndex(data[at]!, most, scale, signed)]!;
    };
  }
  const last = STEPS - 1;
  return (pixels, { data, columns }, row, end) => {
    const factor = top(row) > 0 ? last / top(row) : 0;
    for (let at = row * columns; at < row * columns + end; at++) {
      const place = Math.abs(data[at]!) * factor + 0.5;
      pixels[at] = table[place >= last ? last : place | 0]!;
    }
  };
}

/**
 * The cell of largest |weight| for each of `rows` × `columns` areas that cover all cells. First over the rows of an area, then over its
 * columns: the inner loop runs along memory, because a step through the heads waits for it.
 * @param ends the first column that a row does not see; what lies behind does not count
 */
export function poolMax(cells: Cells, rows: number, columns: number, ends?: Paint['ends']): Cells {
  const pooled = new Float32Array(rows * columns);
  const [rowEnds, columnEnds] = [areaEnds(cells.rows, rows), areaEnds(cells.columns, columns)];
  const line = new Float32Array(cells.columns);
  for (let area = 0, row = 0; area < rows; area++) {
    line.fill(0);
    for (; row < rowEnds[area]!; row++) widen(line, cells, row, endOf(ends, row, cells.columns));
    poolLine(line, columnEnds, pooled.subarray(area * columns, (area + 1) * columns));
  }
  return { data: pooled, rows, columns };
}

/** Takes over from a row whatever is larger. */
function widen(line: Float32Array, { data, columns }: Cells, row: number, end: number): void {
  const from = row * columns;
  for (let column = 0; column < end; column++) {
    const weight = data[from + column]!;
    if (Math.abs(weight) > Math.abs(line[column]!)) line[column] = weight;
  }
}

function poolLine(line: Float32Array, ends: Int32Array, into: Float32Array): void {
  for (let area = 0, column = 0; area < ends.length; area++) {
    let top = 0;
    for (; column < ends[area]!; column++) if (Math.abs(line[column]!) > Math.abs(top)) top = line[column]!;
    into[area] = top;
  }
}

/** One past the last cell of each of `areas` areas along `count` cells. */
export function areaEnds(count: number, areas: number): Int32Array {
  const ends = new Int32Array(areas);
  for (let cell = 0; cell < count; cell++) ends[Math.min(areas - 1, Math.floor((cell * areas) / count))] = cell + 1;
  return ends;
}

/** Largest |weight| of each row. */
export function rowTops({ data, rows, columns }: Cells): Float32Array {
  const tops = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let top = 0;
    for (let column = 0; column < columns; column++) top = Math.max(top, Math.abs(data[row * columns + column]!));
    tops[row] = top;
  }
  return tops;
}
