/** The picture of the lines, and pointer and keys over it. */
import { useRef } from 'preact/hooks';
import { headColours } from '../../colour/scales.ts';
import { select, toggleQuery } from '../../state/select.ts';
import { isPlain, regroup } from '../../state/shape.ts';
import type { Shown } from '../../state/shown.ts';
import type { Store } from '../../state/store.ts';
import { useDraw } from '../../ui/hooks.ts';
import { type Panel, usePanel } from '../context.ts';
import { headSentence } from '../heads/tip.tsx';
import { drawArcs, drawColumns, type Line, type LinesPicture, placeUnder } from './draw.ts';
import { kept } from './keep.ts';
import { arcWindow, columnWindow, type LinesWindow } from './window.ts';

interface SurfaceProps {
  readonly shown: Shown;
  readonly size: { readonly width: number; readonly height: number };
  readonly arcs: boolean;
}

/** Row or column of a token, −1 without one. */
const placeOf = (token: number | null, places: Int32Array): number => (token === null ? -1 : (places[token] ?? -1));

/** Lines of the visible rows: of the mean, or of each head in its colour. */
function linesOf(shown: Shown, visible: readonly number[], chosen: ReadonlySet<number>, panel: Panel): Line[] {
  const { theme, store } = panel;
  const view = store.view.value;
  const colours = headColours(theme.value.kind);
  const overlay = view.combine === 'overlay' && shown.heads.length > 1 && !shown.against;
  const maps = overlay ? shown.each.map((weights) => cellsOf(shown, weights)) : [shown.cells.data];
  return maps.flatMap((data, head) =>
    visible.flatMap((row) =>
      kept(data, row, shown.cells.columns, view).map((column) => ({
        row,
        column,
        weight: data[row * shown.cells.columns + column]!,
        colour: colours[head % colours.length]!,
        faint: chosen.size > 0 && !chosen.has(row),
      })),
    ),
  );
}

/** One head's weights in the rows and columns that are shown. */
function cellsOf(shown: Shown, weights: Float32Array): Float32Array {
  if (isPlain(shown.rows) && isPlain(shown.columns)) return weights;
  return regroup(weights, shown.keys.count, shown.rows, shown.columns).cells.data;
}

/** Rows that stand out: of the token pointed at, else of the chosen ones. */
function chosenRows(store: Store, { rows }: Shown): ReadonlySet<number> {
  const { query } = store.selection.value;
  const pointed = store.pointed.value.query;
  const tokens = pointed === null ? [query, ...store.queries.value] : [pointed];
  return new Set(tokens.map((q) => placeOf(q, rows.placeOf)).filter((row) => row >= 0));
}

/** The window follows the selection, not the pointer: what is pointed at must not run away. */
function useWindow({ shown, size, arcs }: SurfaceProps): { readonly centre: number; readonly from: LinesWindow } {
  const { store, theme } = usePanel();
  const centre = Math.max(0, placeOf(store.selection.value.query, shown.rows.placeOf));
  const from = arcs ? arcWindow(shown, centre, size.width, theme.value) : columnWindow(shown, centre, size.height);
  return { centre, from };
}

function usePicture({ shown, size }: SurfaceProps, from: LinesWindow): LinesPicture {
  const panel = usePanel();
  const { store, theme } = panel;
  const chosen = chosenRows(store, shown);
  const visible = Array.from({ length: Math.max(0, Math.min(from.seen, shown.cells.rows - from.row)) }, (_, i) => from.row + i);
  const column = placeOf(store.pointed.value.key ?? store.selection.value.key, shown.columns.placeOf);
  return {
    theme: theme.value,
    ...size,
    rowLabels: shown.rows.labels,
    columnLabels: shown.columns.labels,
    lines: linesOf(shown, visible, chosen, panel),
    from,
    rows: chosen,
    column: column < 0 ? null : column,
  };
}

/** A word under the pointer. */
interface Under {
  readonly side: 'row' | 'column';
  readonly place: number;
}

function under(event: MouseEvent, picture: LinesPicture, from: LinesWindow): Under | null {
  if (from.edges.length === 0) return placeUnder(picture, event.offsetX, event.offsetY);
  const at = from.edges.findIndex((e) => event.offsetX >= e.x - 4 && event.offsetX < e.x + e.width + 4);
  return at < 0 ? null : { side: 'row', place: from.row + at };
}

function usePointer({ shown }: SurfaceProps, picture: LinesPicture, from: LinesWindow) {
  const { store } = usePanel();
  const tokenAt = ({ side, place }: Under) => (side === 'row' ? shown.rows : shown.columns).groups[place]![0]!;
  return {
    onPointerMove: (event: PointerEvent) => {
      const at = under(event, picture, from);
      const now = { query: at?.side === 'row' ? tokenAt(at) : null, key: at?.side === 'column' ? tokenAt(at) : null };
      const before = store.pointed.peek();
      if (now.query !== before.query || now.key !== before.key) store.pointed.value = now;
    },
    onPointerLeave: () => {
      store.pointed.value = { query: null, key: null };
    },
    onClick: (event: MouseEvent) => {
      const at = under(event, picture, from);
      if (!at) return;
      if (at.side === 'column') select(store, { key: tokenAt(at) });
      else if (event.ctrlKey || event.metaKey || event.shiftKey) toggleQuery(store, tokenAt(at));
      else select(store, { query: tokenAt(at) });
    },
  };
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
/** Queries that a turn of the wheel passes. */
const WHEEL = 3;

function useSteps({ shown }: SurfaceProps, centre: number, seen: number) {
  const { store } = usePanel();
  const step = (by: number) => {
    const to = Math.min(shown.cells.rows - 1, Math.max(0, centre + by));
    select(store, { query: shown.rows.groups[to]![0]! });
  };
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const by = STEPS[event.key];
      if (!by) return;
      step(by);
      event.preventDefault();
    },
    onWheel: (event: WheelEvent) => {
      if (shown.cells.rows > seen) step(Math.sign(event.deltaY) * WHEEL);
    },
  };
}

/** To assistive technology a list of queries whose one option in the page is the chosen one. */
export function Surface(props: SurfaceProps) {
  const panel = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { centre, from } = useWindow(props);
  const picture = usePicture(props, from);
  useDraw(() => {
    if (!canvas.current) return;
    if (props.arcs) drawArcs(canvas.current, picture, from.edges);
    else drawColumns(canvas.current, picture);
  });
  return (
    <div
      class="lines-hands"
      role="listbox"
      tabIndex={0}
      aria-label="Queries. Arrow keys choose the query whose lines stand out."
      aria-activedescendant="chosen-query"
      {...usePointer(props, picture, from)}
      {...useSteps(props, centre, from.seen)}
    >
      <canvas ref={canvas} />
      <div
        class="unseen"
        role="option"
        tabIndex={-1}
        id="chosen-query"
        aria-selected="true"
        aria-posinset={centre + 1}
        aria-setsize={props.shown.cells.rows}
      >
        {headSentence(panel)}
      </div>
    </div>
  );
}
