/** Paints the part of the lens that is in the window: each cell its likeliest token on the colour of a probability. */
import { heatAt } from '../../colour/heat.ts';
import type { Theme } from '../../colour/theme.ts';
import { colourIndex } from '../../draw/cells.ts';
import { cutMiddle, drawText } from '../../draw/labels.ts';
import { percent } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';
import { CELL, type Cell, type Grid, MARGIN } from './lens-geometry.ts';

export interface LensPicture {
  readonly theme: Theme;
  readonly grid: Grid;
  /** What stands over each column. */
  readonly columns: readonly string[];
  /** Name of the likeliest of a cell. */
  readonly top: (cell: Cell) => string;
  /** Probability that colours a cell and stands in it. */
  readonly share: (cell: Cell) => number;
  readonly chosen: Cell;
  readonly pointed: Cell | null;
  /** Row names: what a state is called. */
  readonly stateName: (state: number) => string;
}

interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function drawLens(canvas: HTMLCanvasElement, window: Window, picture: LensPicture): void {
  const { theme, grid } = picture;
  const context = prepare(canvas, window.width, window.height);
  context.font = `${Math.min(12, theme.fontSize - 1)}px ${theme.font}`;
  context.textBaseline = 'middle';
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, window.width - MARGIN.left, window.height - MARGIN.top);
  context.clip();
  for (const cell of visibleCells(grid, window)) drawCell(context, window, picture, cell);
  outline(context, window, grid, picture.chosen, theme.query, 2);
  if (picture.pointed) outline(context, window, grid, picture.pointed, theme.foreground, 1);
  context.restore();
  drawNames(context, window, picture);
}

function* visibleCells({ states, columns }: Grid, { left, top, width, height }: Window): Generator<Cell> {
  const last = Math.min(columns - 1, Math.floor((left + width - MARGIN.left) / CELL.width));
  for (let row = Math.floor(top / CELL.height); row < states && row * CELL.height - top < height; row++) {
    for (let column = Math.floor(left / CELL.width); column <= last; column++) yield { state: states - 1 - row, column };
  }
}

const placeOf = ({ left, top }: Window, { states }: Grid, { state, column }: Cell) => ({
  x: MARGIN.left + column * CELL.width - left,
  y: MARGIN.top + (states - 1 - state) * CELL.height - top,
});

function drawCell(context: CanvasRenderingContext2D, window: Window, { theme, grid, top, share }: LensPicture, cell: Cell): void {
  const { x, y } = placeOf(window, grid, cell);
  const probability = share(cell);
  const { background, ink } = heatAt(theme.heat, colourIndex(probability, 1, 'linear'));
  context.fillStyle = background;
  context.fillRect(x, y, CELL.width - 1, CELL.height - 1);
  context.fillStyle = ink;
  const word = cutMiddle(top(cell), CELL.width - 50, (text) => context.measureText(text).width);
  drawText(context, word, x + 4, y + CELL.height / 2, 'left');
  drawText(context, percent(probability), x + CELL.width - 5, y + CELL.height / 2, 'right');
}

function outline(context: CanvasRenderingContext2D, window: Window, grid: Grid, cell: Cell, colour: string, width: number): void {
  const { x, y } = placeOf(window, grid, cell);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + width / 2 - 0.5, y + width / 2 - 0.5, CELL.width - width, CELL.height - width);
}

function drawNames(context: CanvasRenderingContext2D, window: Window, { theme, grid, columns, chosen, stateName }: LensPicture): void {
  context.fillStyle = theme.background;
  context.fillRect(0, 0, window.width, MARGIN.top);
  context.fillRect(0, 0, MARGIN.left, window.height);
  const cut = (text: string, room: number) => cutMiddle(text, room, (t) => context.measureText(t).width);
  for (let row = Math.floor(window.top / CELL.height); row < grid.states; row++) {
    const y = MARGIN.top + (row + 0.5) * CELL.height - window.top;
    if (y < MARGIN.top || y > window.height) continue;
    const state = grid.states - 1 - row;
    context.fillStyle = state === chosen.state ? theme.foreground : theme.muted;
    drawText(context, stateName(state), 4, y, 'left');
  }
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, 0, window.width - MARGIN.left, MARGIN.top);
  context.clip();
  for (let column = Math.floor(window.left / CELL.width); column < grid.columns; column++) {
    const x = MARGIN.left + column * CELL.width - window.left;
    if (x > window.width) break;
    context.fillStyle = column === chosen.column ? theme.foreground : theme.muted;
    drawText(context, cut(columns[column] ?? '', CELL.width - 8), x + 4, MARGIN.top / 2, 'left');
  }
  context.restore();
}
