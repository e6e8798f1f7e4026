/** Where cells, labels and the bar of hidden mass stand in the matrix, and how zoom and drag move them. Pure. */

/** What part of the map is seen: the cell in the upper left corner, and CSS pixels a cell. */
export interface Window2d {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

export interface Frame {
  /** Left and upper edge of the cells. */
  readonly left: number;
  readonly top: number;
  /** Room for cells. */
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

const LARGEST_CELL = 44;
const MOST_ZOOM = 64;
/** Width of the bar of hidden mass with its gap. */
export const BAR = 12;

/** CSS pixels a cell so that the whole map is seen. */
export function fitCell({ rows, columns }: Size, frame: Frame): number {
  return Math.min(LARGEST_CELL, frame.width / Math.max(1, columns), frame.height / Math.max(1, rows));
}

/** A window inside the map: no further out than all of it, no further in than cells of 64 pixels, no empty edge. */
export function within(window: Window2d, size: Size, frame: Frame): Window2d {
  const cell = Math.min(MOST_ZOOM, Math.max(fitCell(size, frame), window.cell));
  const keep = (at: number, count: number, room: number) => Math.min(Math.max(0, at), Math.max(0, count - room / cell));
  return { cell, x: keep(window.x, size.columns, frame.width), y: keep(window.y, size.rows, frame.height) };
}

/** Zooms by `factor` so that the point under the pointer stays where it is. `x`, `y` in CSS pixels from the frame's corner. */
export function zoomAt(window: Window2d, factor: number, x: number, y: number, size: Size, frame: Frame): Window2d {
  const cell = Math.min(MOST_ZOOM, Math.max(fitCell(size, frame), window.cell * factor));
  return within({ cell, x: window.x + x / window.cell - x / cell, y: window.y + y / window.cell - y / cell }, size, frame);
}

/** Moves the map by CSS pixels. */
export function drag(window: Window2d, dx: number, dy: number, size: Size, frame: Frame): Window2d {
  return within({ ...window, x: window.x - dx / window.cell, y: window.y - dy / window.cell }, size, frame);
}

/** Moves just so far that a cell is seen. */
export function reveal(window: Window2d, row: number | null, column: number | null, size: Size, frame: Frame): Window2d {
  const shift = (at: number, wanted: number | null, room: number) => {
    if (wanted === null) return at;
    const seen = room / window.cell;
    return wanted < at ? wanted : wanted + 1 > at + seen ? wanted + 1 - seen : at;
  };
  return within({ ...window, x: shift(window.x, column, frame.width), y: shift(window.y, row, frame.height) }, size, frame);
}

/** Cell under a point of the canvas, or null outside the map. */
export function cellAt(
  window: Window2d,
  x: number,
  y: number,
  size: Size,
  frame: Frame,
): { readonly row: number; readonly column: number } | null {
  if (x < frame.left || y < frame.top || x >= frame.left + frame.width || y >= frame.top + frame.height) return null;
  const column = Math.floor(window.x + (x - frame.left) / window.cell);
  const row = Math.floor(window.y + (y - frame.top) / window.cell);
  return row >= 0 && row < size.rows && column >= 0 && column < size.columns ? { row, column } : null;
}

/** Left or upper edge of a column or row on the canvas. */
export const edgeOf = (index: number, from: number, cell: number, offset: number): number => offset + (index - from) * cell;
