/** A map of numbers on a canvas with words at its rows: colours, a row and a column outlined, arrow keys, the exact number below. */
import { useMemo, useRef } from 'preact/hooks';
import type { Theme } from '../../colour/theme.ts';
import { type Cells, imageOf, poolMax } from '../../draw/cells.ts';
import { cutMiddle, drawText, labelStep } from '../../draw/labels.ts';
import { prepare, screenDensity } from '../../draw/surface.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { Legend } from '../matrix/legend.tsx';

export interface HeatProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly cells: Cells;
  /** Whether the numbers go below zero: then the colours do too. */
  readonly signed: boolean;
  /** What a number is, for the legend. */
  readonly what: string;
  readonly rowLabel: (row: number) => string;
  /** Left out: columns are numbered. */
  readonly columnLabel?: (column: number) => string;
  /** What columns are, in a word. */
  readonly columns: string;
  readonly row: number | null;
  readonly column: number | null;
  readonly onPick: (row: number, column: number) => void;
  /** The cell in words, with its exact number. */
  readonly words: (row: number, column: number) => string;
  /** Whether cells are as high as they are wide. */
  readonly square?: boolean;
  /** Whether row and column together mean one cell. */
  readonly spot?: boolean;
  /** Cells that are one to the user: rows and columns then count tiles. */
  readonly tile?: { readonly rows: number; readonly columns: number };
  /** A click or Enter; picks where left out. */
  readonly onOpen?: (row: number, column: number) => void;
}

const TOP = 20;
/** Room on the left for the word `dimension →`. */
const LEAST_LEFT = 72;
const TALLEST = 22;
const LARGEST_SQUARE = 44;

interface Frame {
  readonly left: number;
  /** In pixels, of a cell and of a tile. */
  readonly cell: { readonly width: number; readonly height: number };
  readonly unit: { readonly width: number; readonly height: number };
  /** How many tiles there are. */
  readonly rows: number;
  readonly columns: number;
}

export function HeatMap(props: HeatProps) {
  const { theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { cells, signed } = props;
  const top = useMemo(() => largest(cells.data), [cells.data]);
  const frame = frameOf(props, size);
  const picture = useMemo(
    () => bitmapOf(cells, signed, top, theme.value, frame),
    [cells.data, signed, top, theme.value, frame.cell.width, frame.cell.height],
  );
  useDraw(() => {
    if (canvas.current && size.width > 40 && size.height > 40) draw(canvas.current, props, theme.value, size, frame, picture);
  });
  const [row, column] = [Math.min(props.row ?? 0, frame.rows - 1), Math.min(props.column ?? 0, frame.columns - 1)];
  return (
    <div class="heat">
      <div ref={box as { current: HTMLDivElement }} class="heat-box">
        {/* biome-ignore lint/a11y/useSemanticElements: a canvas with one DOM cell, not a table with a node a cell */}
        <div
          class="heat-hands"
          role="grid"
          tabIndex={0}
          aria-label={`${props.label}. Arrow keys move, t shows a table.`}
          aria-rowcount={frame.rows}
          aria-colcount={frame.columns}
          aria-activedescendant="heat-cell"
          data-frame={[frame.left, TOP, frame.unit.width, frame.unit.height].join(' ')}
          onClick={(event) => pick(event, props, frame)}
          onKeyDown={(event) => step(event, props, frame, row, column)}
        >
          <canvas ref={canvas} />
          {/* biome-ignore lint/a11y/useSemanticElements: the grid is a canvas; only its chosen cell is in the page */}
          <div class="unseen" role="row" tabIndex={-1} aria-rowindex={row + 1}>
            {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
            <div role="gridcell" tabIndex={-1} id="heat-cell" aria-colindex={column + 1} aria-selected="true">
              {props.words(row, column)}
            </div>
          </div>
        </div>
      </div>
      <div class="legend-row">
        <Legend
          colours={signed ? theme.value.diverging : theme.value.sequential}
          scale="linear"
          top={top}
          signed={signed}
          what={props.what}
        />
        <p class="value number grow">{props.words(row, column)}</p>
      </div>
    </div>
  );
}

function largest(data: Float32Array): number {
  let top = 0;
  for (const value of data) if (Number.isFinite(value)) top = Math.max(top, Math.abs(value));
  return top || 1;
}

function frameOf(
  { cells, square, tile = { rows: 1, columns: 1 } }: HeatProps,
  { width, height }: { width: number; height: number },
): Frame {
  const left = Math.min(120, Math.max(LEAST_LEFT, width * 0.2));
  const room = { width: Math.max(1, width - left - 6), height: Math.max(1, height - TOP - 4) };
  const tall = Math.min(square ? LARGEST_SQUARE : TALLEST, room.height / cells.rows);
  const wide = Math.min(room.width / cells.columns, square ? LARGEST_SQUARE : 24);
  const cell = square ? { width: Math.min(tall, wide), height: Math.min(tall, wide) } : { width: wide, height: tall };
  const unit = { width: cell.width * tile.columns, height: cell.height * tile.rows };
  return { left, cell, unit, rows: cells.rows / tile.rows, columns: cells.columns / tile.columns };
}

/** One pixel a cell; where several share a device pixel, the one furthest from zero. */
function bitmapOf(cells: Cells, signed: boolean, top: number, theme: Theme, { cell }: Frame): OffscreenCanvas {
  const density = screenDensity();
  const pixels = (count: number, size: number) => Math.max(1, size * density < 1 ? Math.round(count * size * density) : count);
  const [rows, columns] = [pixels(cells.rows, cell.height), pixels(cells.columns, cell.width)];
  const pooled = rows === cells.rows && columns === cells.columns ? cells : poolMax(cells, rows, columns);
  const colours = signed ? theme.diverging : theme.sequential;
  const empty = (row: number, column: number) => !Number.isFinite(pooled.data[row * columns + column]!);
  const image = imageOf(pooled, { colours, scale: 'linear', top: () => top, signed, empty });
  const made = new OffscreenCanvas(columns, rows);
  made.getContext('2d')!.putImageData(image, 0, 0);
  return made;
}

function draw(
  canvas: HTMLCanvasElement,
  props: HeatProps,
  theme: Theme,
  size: { width: number; height: number },
  frame: Frame,
  picture: OffscreenCanvas,
): void {
  const { cells } = props;
  const { left, cell, unit } = frame;
  const context = prepare(canvas, size.width, size.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, left, TOP, cells.columns * cell.width, cells.rows * cell.height);
  context.font = `${theme.fontSize - 1}px ${theme.font}`;
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  const measure = (text: string) => context.measureText(text).width;
  for (let r = 0; r < frame.rows; r += labelStep(unit.height, theme.fontSize + 1)) {
    drawText(context, cutMiddle(props.rowLabel(r), left - 10, measure), left - 6, TOP + (r + 0.5) * unit.height, 'right');
  }
  drawColumns(context, props, theme, frame);
  outline(context, theme, frame, props);
}

function drawColumns(context: CanvasRenderingContext2D, props: HeatProps, theme: Theme, { left, unit, columns }: Frame): void {
  const { columnLabel } = props;
  context.fillStyle = theme.muted;
  context.font = `${theme.fontSize - 2}px ${theme.font}`;
  drawText(context, `${props.columns} →`, left - 6, TOP - 9, 'right');
  const label = columnLabel ?? String;
  const longest = Math.max(...[0, columns - 1, columns >> 1].map((c) => context.measureText(label(c)).width));
  for (let c = 0; c < columns; c += labelStep(unit.width, longest + 8)) {
    drawText(context, label(c), left + (c + 0.5) * unit.width, TOP - 9, c === 0 && unit.width < 12 ? 'left' : 'center');
  }
}

function outline(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { left, unit, rows, columns }: Frame,
  { row, column, spot = false }: HeatProps,
): void {
  const box = (x: number, y: number, width: number, height: number, colour: string) => {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.strokeRect(x - 0.5, y - 0.5, Math.max(2, width), Math.max(2, height));
  };
  if (spot && row !== null && column !== null) {
    box(left + column * unit.width, TOP + row * unit.height, unit.width, unit.height, theme.query);
    return;
  }
  if (column !== null) box(left + column * unit.width, TOP, unit.width, rows * unit.height, theme.muted);
  if (row !== null) box(left, TOP + row * unit.height, columns * unit.width, unit.height, theme.query);
}

function pick(event: MouseEvent, { onPick, onOpen = onPick }: HeatProps, { left, unit, rows, columns }: Frame): void {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const row = Math.floor((event.clientY - box.top - TOP) / unit.height);
  const column = Math.floor((event.clientX - box.left - left) / unit.width);
  if (row >= 0 && row < rows && column < columns) onOpen(row, Math.max(0, column));
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function step(event: KeyboardEvent, { onPick, onOpen }: HeatProps, { rows, columns }: Frame, row: number, column: number): void {
  if (event.key === 'Enter' && onOpen) onOpen(row, column);
  const by = event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key];
  if (!by) return;
  const within = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
  onPick(within(row + by[0], rows), within(column + by[1], columns));
  event.preventDefault();
}
