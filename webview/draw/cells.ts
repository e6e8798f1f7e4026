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

/** Image of all cells, one pixel each; empty cells are transparent. */
export function imageOf(cells: Cells, paint: Paint): ImageData {
  const { rows, columns, data } = cells;
  const image = new ImageData(Math.max(1, columns), Math.max(1, rows));
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(paint.colours.buffer);
  for (let row = 0; row < rows; row++) {
    const top = paint.top(row);
    for (let column = 0; column < columns; column++) {
      if (paint.empty?.(row, column)) continue;
      const at = row * columns + column;
      pixels[at] = colours[colourIndex(data[at]!, top, paint.scale, paint.signed)]!;
    }
  }
  return image;
}

/** The cell of largest |weight| for each of `rows` × `columns` areas that cover all cells. */
export function poolMax(cells: Cells, rows: number, columns: number): Cells {
  const pooled = new Float32Array(rows * columns);
  for (let row = 0; row < cells.rows; row++) {
    const to = Math.min(rows - 1, Math.floor((row * rows) / cells.rows)) * columns;
    const from = row * cells.columns;
    for (let column = 0; column < cells.columns; column++) {
      const at = to + Math.min(columns - 1, Math.floor((column * columns) / cells.columns));
      const weight = cells.data[from + column]!;
      if (Math.abs(weight) > Math.abs(pooled[at]!)) pooled[at] = weight;
    }
  }
  return { data: pooled, rows, columns };
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

/** Image as a bitmap that a context can draw enlarged. */
export function bitmapOf(image: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}
