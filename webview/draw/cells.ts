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
}

/** Entry of the colour table for a weight. */
export function colourIndex(weight: number, top: number, scale: Scale, signed = false): number {
  if (!(top > 0)) return signed ? STEPS >> 1 : 0;
  const share = place(scale, Math.abs(weight) / top);
  if (!signed) return Math.round(share * (STEPS - 1));
  return Math.round(((Math.sign(weight) * share + 1) / 2) * (STEPS - 1));
}

/** Image of all cells, one pixel each; empty cells are transparent. `into` is used again where it has the right size. */
export function imageOf(cells: Cells, paint: Paint, into?: ImageData): ImageData {
  const [width, height] = [Math.max(1, cells.columns), Math.max(1, cells.rows)];
  const image = into?.width === width && into.height === height ? into : new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const row = rowPainter(paint);
  for (let r = 0; r < cells.rows; r++) row(pixels, cells, r);
  if (paint.empty) clear(pixels, cells, paint.empty);
  return image;
}

function clear(pixels: Uint32Array, { rows, columns }: Cells, empty: (row: number, column: number) => boolean): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (empty(r, c)) pixels[r * columns + c] = 0;
}

type RowPainter = (pixels: Uint32Array, cells: Cells, row: number) => void;

/** Paints one row. The plain case (linear, no sign) is written out: it is what a step through the heads waits for. */
function rowPainter({ colours, scale, top, signed }: Paint): RowPainter {
  const table = new Uint32Array(colours.buffer);
  if (scale !== 'linear' || signed) {
    return (pixels, { data, columns }, row) => {
      const most = top(row);
      for (let at = row * columns; at < (row + 1) * columns; at++) pixels[at] = table[colourIndex(data[at]!, most, scale, signed)]!;
    };
  }
  const last = STEPS - 1;
  return (pixels, { data, columns }, row) => {
    const factor = top(row) > 0 ? last / top(row) : 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      const place = Math.abs(data[at]!) * factor + 0.5;
      pixels[at] = table[place >= last ? last : place | 0]!;
    }
  };
}

/** The cell of largest |weight| for each of `rows` × `columns` areas that cover all cells. */
export function poolMax(cells: Cells, rows: number, columns: number): Cells {
  const pooled = new Float32Array(rows * columns);
  const { data } = cells;
  const ends = areaEnds(cells.columns, columns);
  for (let row = 0; row < cells.rows; row++) {
    const to = Math.min(rows - 1, Math.floor((row * rows) / cells.rows)) * columns;
    let at = row * cells.columns;
    for (let area = 0; area < columns; area++) {
      const end = row * cells.columns + ends[area]!;
      let top = pooled[to + area]!;
      for (; at < end; at++) {
        const weight = data[at]!;
        if (weight > top ? weight > -top : -weight > top && -weight > -top) top = weight;
      }
      pooled[to + area] = top;
    }
  }
  return { data: pooled, rows, columns };
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
