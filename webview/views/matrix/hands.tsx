/** Pointer, wheel and keys over the matrix. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { select, togglePin } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import type { Store } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import type { MatrixPicture } from './draw.ts';
import { cellAt, drag, reveal, type Window2d, within, zoomAt } from './geometry.ts';
import { cellWords } from './readout.tsx';

interface HandsProps {
  readonly shown: Shown;
  readonly picture: MatrixPicture;
  readonly zoom: Window2d;
  readonly setZoom: (window: Window2d) => void;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** A press that moves further than this is a drag. */
const STILL = 4;
/** How far one turn of the wheel zooms: by pixels, by lines. */
const WHEEL = [0.0018, 0.05] as const;
const STEP = 1.4;

/** The first token of a row and of a column. */
const tokensAt = ({ rows, columns }: Shown, { row, column }: Place) => ({ query: rows.groups[row]![0]!, key: columns.groups[column]![0]! });

function usePointer({ shown, picture, zoom, setZoom }: HandsProps) {
  const { store } = usePanel();
  const { frame, cells } = picture;
  const from = useRef<{ readonly x: number; readonly y: number; readonly moved: boolean } | null>(null);
  const at = (event: MouseEvent) => cellAt(zoom, event.offsetX, event.offsetY, cells, frame);
  const move = (event: PointerEvent, { x, y, moved }: { x: number; y: number; moved: boolean }) => {
    if (!moved && Math.hypot(event.clientX - x, event.clientY - y) < STILL) return;
    setZoom(drag(zoom, event.clientX - x, event.clientY - y, cells, frame));
    from.current = { x: event.clientX, y: event.clientY, moved: true };
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      from.current = { x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove: (event: PointerEvent) => {
      if (from.current && event.buttons === 1) return move(event, from.current);
      const cell = at(event);
      store.pointed.value = cell ? tokensAt(shown, cell) : { query: null, key: null };
    },
    onPointerLeave: () => {
      store.pointed.value = { query: null, key: null };
    },
    onClick: (event: MouseEvent) => {
      const cell = at(event);
      const dragged = from.current?.moved ?? false;
      from.current = null;
      if (!cell || dragged) return;
      const { query, key } = tokensAt(shown, cell);
      if (event.shiftKey || event.ctrlKey || event.metaKey) togglePin(store, query, key);
      else select(store, { query, key });
    },
    onWheel: (event: WheelEvent) => {
      const factor = Math.exp(-event.deltaY * WHEEL[event.deltaMode === 1 ? 1 : 0] * (event.ctrlKey ? 4 : 1));
      const to = zoomAt(zoom, factor, event.offsetX - frame.left, event.offsetY - frame.top, cells, frame);
      // At the end of the zoom the page scrolls on.
      if (to.cell === zoom.cell && !event.ctrlKey) return;
      event.preventDefault();
      setZoom(to);
    },
  };
}

/** The chosen cell's place; the first one before anything was chosen. */
function chosenPlace(store: Store, { rows, columns }: Shown): Place {
  const { query, key } = store.selection.value;
  const row = query === null ? 0 : Math.max(0, rows.placeOf[query] ?? 0);
  const column = key === null ? 0 : Math.max(0, columns.placeOf[key] ?? 0);
  return { row, column };
}

function useKeys({ shown, picture, zoom, setZoom }: HandsProps, { row, column }: Place) {
  const { store } = usePanel();
  const { frame, cells } = picture;
  const go = (r: number, c: number) => {
    const to = { row: Math.min(cells.rows - 1, Math.max(0, r)), column: Math.min(cells.columns - 1, Math.max(0, c)) };
    setZoom(reveal(zoom, to.row, to.column, cells, frame));
    select(store, tokensAt(shown, to));
  };
  const zoomBy = (factor: number) => setZoom(zoomAt(zoom, factor, frame.width / 2, frame.height / 2, cells, frame));
  const pin = () => {
    const { query, key } = store.selection.peek();
    if (query !== null && key !== null) togglePin(store, query, key);
  };
  const keys: Record<string, () => void> = {
    ArrowUp: () => go(row - 1, column),
    ArrowDown: () => go(row + 1, column),
    ArrowLeft: () => go(row, column - 1),
    ArrowRight: () => go(row, column + 1),
    Home: () => go(row, 0),
    End: () => go(row, cells.columns - 1),
    '+': () => zoomBy(STEP),
    '-': () => zoomBy(1 / STEP),
    '0': () => setZoom(within({ x: 0, y: 0, cell: 0 }, cells, frame)),
    Enter: pin,
  };
  return (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.altKey || event.metaKey ? undefined : keys[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  };
}

/** To assistive technology the matrix is a grid whose one cell in the page is the chosen one. */
export function Hands({ children, ...props }: HandsProps & { readonly children: ComponentChildren }) {
  const { store } = usePanel();
  const { shown, picture, zoom } = props;
  const { frame, cells } = picture;
  const place = chosenPlace(store, shown);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a canvas with one DOM cell, not a table with a node a cell
    <div
      class="matrix-hands"
      role="grid"
      tabIndex={0}
      aria-label="Weights: rows ask (query), columns answer (key). Arrow keys move, Enter pins, plus and minus zoom, t shows a table."
      aria-rowcount={cells.rows}
      aria-colcount={cells.columns}
      aria-activedescendant="chosen-cell"
      // Where the cells are, for tests that read pixels and for automation: left, top, pixels a cell, first column, first row.
      data-frame={[frame.left, frame.top, zoom.cell, zoom.x, zoom.y].join(' ')}
      {...usePointer(props)}
      onKeyDown={useKeys(props, place)}
    >
      {children}
      {/* biome-ignore lint/a11y/useSemanticElements: the grid is a canvas; only its chosen cell is in the page */}
      <div class="unseen" role="row" tabIndex={-1} aria-rowindex={place.row + 1}>
        {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
        <div role="gridcell" tabIndex={-1} id="chosen-cell" aria-colindex={place.column + 1} aria-selected="true">
          {cellWords(shown, place.row, place.column)}
        </div>
      </div>
    </div>
  );
}
