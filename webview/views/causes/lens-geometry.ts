/** Where the cells of the lens stand. Pure: drawing, hit test and keys use the same numbers. */

export const CELL = { width: 100, height: 30 } as const;
/** Room for the names of layers and tokens. */
export const MARGIN = { left: 58, top: 22 } as const;

/** Layers from below: what enters the first stands in the last row, the model's answer in the first. */
export interface Grid {
  readonly states: number;
  readonly columns: number;
}

export interface Cell {
  /** 0: before the first layer. */
  readonly state: number;
  readonly column: number;
}

export const sizeOf = ({ states, columns }: Grid) => ({
  width: MARGIN.left + columns * CELL.width + 1,
  height: MARGIN.top + states * CELL.height + 1,
});

/** The cell at a point of the window that is scrolled by `left`, `top`; null on the margins. */
export function cellAt(
  { states, columns }: Grid,
  x: number,
  y: number,
  scroll: { readonly left: number; readonly top: number },
): Cell | null {
  if (x < MARGIN.left || y < MARGIN.top) return null;
  const column = Math.floor((x - MARGIN.left + scroll.left) / CELL.width);
  const row = Math.floor((y - MARGIN.top + scroll.top) / CELL.height);
  return column < columns && row < states ? { state: states - 1 - row, column } : null;
}

/** The cell that a key leads to, or null for other keys. Upwards is towards the answer. */
export function stepped({ states, columns }: Grid, { state, column }: Cell, key: string): Cell | null {
  const to = {
    ArrowUp: { state: state + 1, column },
    ArrowDown: { state: state - 1, column },
    ArrowLeft: { state, column: column - 1 },
    ArrowRight: { state, column: column + 1 },
    Home: { state, column: 0 },
    End: { state, column: columns - 1 },
    PageUp: { state: states - 1, column },
    PageDown: { state: 0, column },
  }[key];
  if (!to) return null;
  return { state: Math.min(states - 1, Math.max(0, to.state)), column: Math.min(columns - 1, Math.max(0, to.column)) };
}

/** How far the window must be scrolled so that a cell is seen whole. */
export function scrollTo(
  { states }: Grid,
  { state, column }: Cell,
  scroll: { readonly left: number; readonly top: number },
  window: { readonly width: number; readonly height: number },
) {
  const [x, y] = [column * CELL.width, (states - 1 - state) * CELL.height];
  const within = (at: number, size: number, from: number, room: number) =>
    at < from ? at : at + size > from + room ? at + size - room : from;
  return {
    left: within(x, CELL.width, scroll.left, window.width - MARGIN.left),
    top: within(y, CELL.height, scroll.top, window.height - MARGIN.top),
  };
}
