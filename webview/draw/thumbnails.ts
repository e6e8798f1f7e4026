/** Thumbnails: the engine's pooled weights of a site's heads, side by side in one picture that is drawn from many times. */
import type { Thumbnails } from '../../model/protocol/engine.ts';
import { type Cells, imageOf, type Paint, poolMax } from './cells.ts';

/** How a thumbnail came about, for its tooltip. */
export const POOLING = 'Each pixel shows the largest weight of its area, so that thin lines survive.';

/** All heads of a site beside each other; head h begins at column h · `columns`. */
export interface Atlas {
  readonly picture: OffscreenCanvas;
  readonly rows: number;
  readonly columns: number;
}

/** Pooled weights of one head. */
export function headCells(thumbnails: Thumbnails, head: number): Cells {
  const { rows, columns, data } = thumbnails;
  return { data: data.subarray(head * rows * columns, (head + 1) * rows * columns), rows, columns };
}

/** The picture of a site for squares of `pixels` device pixels; pools further where a square has fewer pixels than cells. */
export function atlasOf(thumbnails: Thumbnails, pixels: number, paintOf: (cells: Cells) => Paint, causal: boolean): Atlas {
  const [rows, columns] = [Math.min(thumbnails.rows, pixels), Math.min(thumbnails.columns, pixels)];
  const picture = new OffscreenCanvas(columns * thumbnails.heads, rows);
  const context = picture.getContext('2d')!;
  for (let head = 0; head < thumbnails.heads; head++) {
    const all = headCells(thumbnails, head);
    const cells = rows === all.rows && columns === all.columns ? all : poolMax(all, rows, columns);
    context.putImageData(
      imageOf(cells, causal ? { ...paintOf(cells), ends: (row) => seenBy(row, rows, columns) } : paintOf(cells)),
      head * columns,
      0,
    );
  }
  return { picture, rows, columns };
}

/** Pooled cells of a row that a causal head can see a part of: those whose first key comes no later than the row's last query (the last key is the last query's). */
const seenBy = (row: number, rows: number, columns: number): number => Math.ceil(((row + 1) * columns) / rows);

/** Draws one head of an atlas into a square. */
export function drawHead(context: CanvasRenderingContext2D, atlas: Atlas, head: number, x: number, y: number, size: number): void {
  context.imageSmoothingEnabled = false;
  context.drawImage(atlas.picture, head * atlas.columns, 0, atlas.columns, atlas.rows, x, y, size, size);
}
