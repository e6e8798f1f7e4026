/** A block's matrix: a picture of all its numbers, or the numbers themselves; one cell is chosen, by pointer or arrow keys. */
import { useRef, useState } from 'preact/hooks';
import type { StageValue } from '../../../model/protocol/walk.ts';
import type { Theme } from '../../colour/theme.ts';
import { exact } from '../../draw/numbers.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { drawNumbers, drawPicture, frameOf, type GridPicture, NUMBER_CELL, ROW_LABELS } from './paint.ts';

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface GridProps {
  readonly theme: Theme;
  /** What the matrix is, for its name. */
  readonly title: string;
  readonly value: StageValue;
  /** What the rows are called; numbers where there are fewer. */
  readonly labels: readonly string[];
  /** What the columns are called where they are tokens. */
  readonly columnLabels: readonly string[] | null;
  /** The followed token's row, or null where rows are no tokens of its text. */
  readonly lit: number | null;
  readonly isWeights: boolean;
  readonly numbers: boolean;
  /** Cells as wide as there is room, also of a square matrix. */
  readonly wide?: boolean;
  readonly cell: Cell;
  readonly onCell: (cell: Cell) => void;
  /** Enter or a click: how did this number come about? */
  readonly onAsk: (cell: Cell) => void;
}

const MOST_HEIGHT = 300;

export function Grid(props: GridProps) {
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ left: 0, top: 0 });
  const { value, numbers } = props;
  const picture: GridPicture = { ...props, width: size.width, scroll };
  const frame = frameOf(picture, MOST_HEIGHT);
  useDraw(() => {
    if (!canvas.current || size.width < 40) return;
    if (numbers) drawNumbers(canvas.current, picture, frame);
    else drawPicture(canvas.current, picture, frame);
  });
  const at = (event: MouseEvent): Cell | null => {
    const area = canvas.current!.getBoundingClientRect();
    const x = (event.clientX - area.left - ROW_LABELS + (numbers ? scroll.left : 0)) / frame.cellWidth;
    const y = (event.clientY - area.top + (numbers ? scroll.top : 0)) / frame.cellHeight;
    if (x < 0 || y < 0 || x >= value.columns || y >= value.rows) return null;
    return { row: Math.floor(y), column: Math.floor(x) };
  };
  const total = numbers ? { width: ROW_LABELS + value.columns * NUMBER_CELL.width, height: value.rows * NUMBER_CELL.height } : null;
  return (
    <div ref={box as { current: HTMLDivElement }} class="walk-grid">
      <Hands {...props} at={at} onMove={(cell) => scroller.current && reveal(scroller.current, cell, numbers)}>
        <div
          ref={scroller}
          class={numbers ? 'walk-scroll' : ''}
          style={numbers ? { height: `${frame.height}px` } : {}}
          onScroll={(event) => setScroll({ left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop })}
        >
          {total ? (
            <div style={{ width: `${total.width}px`, height: `${total.height}px` }}>
              <canvas ref={canvas} />
            </div>
          ) : (
            <canvas ref={canvas} />
          )}
        </div>
      </Hands>
    </div>
  );
}

/** Scrolls until the chosen number can be seen. */
function reveal(scroller: HTMLElement, { row, column }: Cell, numbers: boolean): void {
  if (!numbers) return;
  const [x, y] = [column * NUMBER_CELL.width, row * NUMBER_CELL.height];
  const room = scroller.clientWidth - ROW_LABELS - NUMBER_CELL.width;
  if (x < scroller.scrollLeft) scroller.scrollLeft = x;
  else if (x > scroller.scrollLeft + room) scroller.scrollLeft = x - room;
  const tall = scroller.clientHeight - 2 * NUMBER_CELL.height;
  if (y < scroller.scrollTop) scroller.scrollTop = y;
  else if (y > scroller.scrollTop + tall) scroller.scrollTop = y - tall;
}

interface HandsProps extends GridProps {
  readonly at: (event: MouseEvent) => Cell | null;
  readonly onMove: (cell: Cell) => void;
  readonly children: preact.ComponentChildren;
}

/** To assistive technology the matrix is a grid whose one cell in the page is the chosen one. */
function Hands({ children, at, onMove, ...props }: HandsProps) {
  const { value, cell, onCell, onAsk } = props;
  const go = (row: number, column: number) => {
    const to = { row: Math.min(value.rows - 1, Math.max(0, row)), column: Math.min(value.columns - 1, Math.max(0, column)) };
    onMove(to);
    onCell(to);
  };
  const page = Math.max(1, Math.round(value.columns / 16));
  const keys: Record<string, () => void> = {
    ArrowUp: () => go(cell.row - 1, cell.column),
    ArrowDown: () => go(cell.row + 1, cell.column),
    ArrowLeft: () => go(cell.row, cell.column - 1),
    ArrowRight: () => go(cell.row, cell.column + 1),
    PageUp: () => go(cell.row, cell.column - page),
    PageDown: () => go(cell.row, cell.column + page),
    Home: () => go(cell.row, 0),
    End: () => go(cell.row, value.columns - 1),
    Enter: () => onAsk(cell),
  };
  const id = `cell-${value.id}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a canvas with one DOM cell, not a table with a node a cell
    <div
      class="walk-hands"
      role="grid"
      tabIndex={0}
      aria-label={`${props.title}, ${value.rows} rows, ${value.columns} columns. Arrow keys move, Enter shows how the number came about.`}
      aria-rowcount={value.rows}
      aria-colcount={value.columns}
      aria-activedescendant={id}
      onPointerMove={(event) => {
        const to = at(event);
        if (to && (to.row !== cell.row || to.column !== cell.column)) onCell(to);
      }}
      onClick={(event) => {
        const to = at(event);
        if (to) onAsk(to);
      }}
      onKeyDown={(event) => {
        const act = event.ctrlKey || event.altKey || event.metaKey ? undefined : keys[event.key];
        if (!act) return;
        act();
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {children}
      {/* biome-ignore lint/a11y/useSemanticElements: the grid is a canvas; only its chosen cell is in the page */}
      <div class="unseen" role="row" tabIndex={-1} aria-rowindex={cell.row + 1}>
        {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
        <div role="gridcell" tabIndex={-1} id={id} aria-colindex={cell.column + 1} aria-selected="true">
          {cellWords(props)}
        </div>
      </div>
    </div>
  );
}

/** `keys, column 12: −0.1234567` */
export function cellWords({ value, labels, columnLabels, cell }: Pick<GridProps, 'value' | 'labels' | 'columnLabels' | 'cell'>): string {
  return `${placeWords(labels, columnLabels, cell)}: ${numberWords(value.data[cell.row * value.columns + cell.column]!)}`;
}

/** `keys, column 12`, `are → keys` */
export function placeWords(labels: readonly string[], columnLabels: readonly string[] | null, { row, column }: Cell): string {
  const name = labels[row] ?? `row ${row + 1}`;
  return columnLabels ? `${name} → ${columnLabels[column] ?? column + 1}` : `${name}, column ${column + 1}`;
}

/** What a mask hides is said in words: its number stands for −∞. */
export const numberWords = (number: number): string => (number < -1e30 ? 'hidden (−∞)' : exact(number));
