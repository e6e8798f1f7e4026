/** Lines from each query to the keys that it looks at: two columns of tokens, or arcs over one line of text. */
import { useRef } from 'preact/hooks';
import { headColours } from '../../colour/scales.ts';
import { headName, percent } from '../../draw/numbers.ts';
import { select, toggleQuery } from '../../state/select.ts';
import { isPlain, regroup } from '../../state/shape.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { headSentence } from '../heads/tip.tsx';
import { MapChoices } from '../matrix/tools.tsx';
import { drawArcs, drawColumns, type Line, type LinesPicture, placesIn, placeUnder, wordEdges } from './draw.ts';
import { kept, windowFrom } from './keep.ts';

export function LinesView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const { lines } = store.view.value;
  const oneText = shown.queries.tokens === shown.keys.tokens && shown.queries.count === shown.keys.count;
  return (
    <div class="lines-view drawing">
      <LineTools shown={shown} oneText={oneText} />
      <div class="lines-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 60 && size.height > 60 && <Surface shown={shown} size={size} arcs={lines === 'arcs' && oneText} />}
      </div>
      <LineWords shown={shown} />
    </div>
  );
}

function LineTools({ shown, oneText }: { shown: Shown; oneText: boolean }) {
  const { store } = usePanel();
  const view = store.view.value;
  return (
    <div class="row-tools">
      {oneText && (
        <Dropdown
          label="Layout"
          value={view.lines}
          choices={[
            { value: 'columns', label: 'two columns' },
            { value: 'arcs', label: 'arcs over the text' },
          ]}
          onChoose={(lines) => setView(store, { lines })}
        />
      )}
      <Dropdown
        label="Which lines are drawn"
        value={view.linesKeep === 'top' ? `top ${view.linesTop}` : `mass ${view.linesMass}`}
        choices={[
          ...[1, 3, 5, 10].map((n) => ({ value: `top ${n}`, label: n === 1 ? 'largest of each query' : `${n} largest of each query` })),
          ...[0.5, 0.8, 0.9, 0.95, 1].map((m) => ({
            value: `mass ${m}`,
            label: m === 1 ? 'all lines' : `${percent(m)} of each query's weight`,
          })),
        ]}
        onChoose={(choice) => {
          const [kind, number] = choice.split(' ');
          if (kind === 'top') setView(store, { linesKeep: 'top', linesTop: Number(number) });
          else setView(store, { linesKeep: 'mass', linesMass: Number(number) });
        }}
      />
      <MapChoices shown={shown} />
    </div>
  );
}

/** Lines of the visible rows: of the mean, or of each head in its colour. */
function linesOf(shown: Shown, visible: readonly number[], chosen: ReadonlySet<number>, panel: ReturnType<typeof usePanel>): Line[] {
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

const measuring = new OffscreenCanvas(1, 1).getContext('2d')!;

function Surface({ shown, size, arcs }: { shown: Shown; size: { readonly width: number; readonly height: number }; arcs: boolean }) {
  const panel = usePanel();
  const { store, theme } = panel;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { query, key } = store.selection.value;
  const pointed = store.pointed.value;
  const place = (token: number | null, of: Int32Array) => (token === null ? -1 : (of[token] ?? -1));
  const queries = (pointed.query === null ? [query, ...store.queries.value] : [pointed.query])
    .map((q) => place(q, shown.rows.placeOf))
    .filter((r) => r >= 0);
  const chosen = new Set(queries);
  // The window follows the selection, not the pointer: what is pointed at must not run away.
  const centre = Math.max(0, place(query, shown.rows.placeOf));
  const from = arcs ? arcWindow(shown, centre, size.width, theme.value) : columnWindow(shown, centre, size.height);
  const seen = arcs ? from.edges.length : placesIn(size.height);
  const visible = Array.from({ length: Math.max(0, Math.min(seen, shown.cells.rows - from.row)) }, (_, i) => from.row + i);
  const column = place(pointed.key ?? key, shown.columns.placeOf);
  const picture: LinesPicture = {
    theme: theme.value,
    ...size,
    rowLabels: shown.rows.labels,
    columnLabels: shown.columns.labels,
    lines: linesOf(shown, visible, chosen, panel),
    from,
    rows: chosen,
    column: column < 0 ? null : column,
  };
  useDraw(() => {
    if (!canvas.current) return;
    if (arcs) drawArcs(canvas.current, picture, from.edges);
    else drawColumns(canvas.current, picture);
  });
  const under = (event: MouseEvent) => {
    if (!arcs) return placeUnder(picture, event.offsetX, event.offsetY);
    const at = from.edges.findIndex((e) => event.offsetX >= e.x - 4 && event.offsetX < e.x + e.width + 4);
    return at < 0 ? null : { side: 'row' as const, place: from.row + at };
  };
  const tokenAt = (at: { side: 'row' | 'column'; place: number }) => (at.side === 'row' ? shown.rows : shown.columns).groups[at.place]![0]!;
  const point = (event: PointerEvent) => {
    const at = under(event);
    const now = { query: at?.side === 'row' ? tokenAt(at) : null, key: at?.side === 'column' ? tokenAt(at) : null };
    const before = store.pointed.peek();
    if (now.query !== before.query || now.key !== before.key) store.pointed.value = now;
  };
  const press = (event: MouseEvent) => {
    const at = under(event);
    if (!at) return;
    if (at.side === 'column') select(store, { key: tokenAt(at) });
    else if (event.ctrlKey || event.metaKey || event.shiftKey) toggleQuery(store, tokenAt(at));
    else select(store, { query: tokenAt(at) });
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!step) return;
    const to = Math.min(shown.cells.rows - 1, Math.max(0, centre + step));
    select(store, { query: shown.rows.groups[to]![0]! });
    event.preventDefault();
  };
  return (
    <div
      class="lines-hands"
      role="listbox"
      tabIndex={0}
      aria-label="Queries. Arrow keys choose the query whose lines stand out."
      aria-activedescendant="chosen-query"
      onPointerMove={point}
      onPointerLeave={() => {
        store.pointed.value = { query: null, key: null };
      }}
      onClick={press}
      onKeyDown={keys}
      onWheel={(event) => {
        const to = Math.min(shown.cells.rows - 1, Math.max(0, centre + Math.sign(event.deltaY) * 3));
        if (shown.cells.rows > seen) select(store, { query: shown.rows.groups[to]![0]! });
      }}
    >
      <canvas ref={canvas} />
      <div
        class="unseen"
        role="option"
        tabIndex={-1}
        id="chosen-query"
        aria-selected="true"
        aria-posinset={centre + 1}
        aria-setsize={shown.cells.rows}
      >
        {headSentence(panel)}
      </div>
    </div>
  );
}

const NO_EDGES: readonly { readonly x: number; readonly width: number }[] = [];

function columnWindow(shown: Shown, centre: number, height: number) {
  const seen = placesIn(height);
  const row = windowFrom(centre, shown.cells.rows, seen);
  const same = shown.cells.rows === shown.cells.columns;
  return {
    row,
    column: same ? row : windowFrom((centre * shown.cells.columns) / shown.cells.rows, shown.cells.columns, seen),
    edges: NO_EDGES,
  };
}

/** Words in front of the query are what a causal head looks at: the query stands three quarters to the right. */
function arcWindow(shown: Shown, centre: number, width: number, theme: { readonly font: string; readonly fontSize: number }) {
  measuring.font = `${theme.fontSize}px ${theme.font}`;
  const measure = (text: string) => measuring.measureText(text).width;
  const labels = shown.columns.labels;
  let first = centre;
  for (let room = width * 0.72; first > 0; first--) {
    room -= Math.min(110, measure(labels[first - 1]!)) + 10;
    if (room < 0) break;
  }
  return { row: first, column: first, edges: wordEdges(labels, first, width, measure) };
}

/** What the picture leaves out. */
function LineWords({ shown }: { shown: Shown }) {
  const { store, theme } = usePanel();
  const view = store.view.value;
  const overlay = view.combine === 'overlay' && shown.heads.length > 1 && !shown.against;
  const colours = headColours(theme.value.kind);
  return (
    <p class="note">
      Thickness is the weight
      {view.linesKeep === 'top'
        ? `; the ${view.linesTop} largest of each query`
        : view.linesMass < 1
          ? `; of each query the lines that carry ${percent(view.linesMass)} of its weight`
          : ''}
      .{shown.against ? ' Dashed lines: less than the other head.' : ''}
      {overlay &&
        shown.heads.map((h, i) => (
          <span key={headName(h.layer, h.head)} class="head-key">
            <span class="swatch" style={{ backgroundColor: colours[i]! }} /> {headName(h.layer, h.head)}
          </span>
        ))}
    </p>
  );
}
