/** The three maps: first, second, second − first, over the same rows and columns, under one cross-hair and one zoom. */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Paint } from '../../draw/cells.ts';
import { exact } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import type { SideBySide } from '../../state/side-by-side.ts';
import type { ViewOptions } from '../../state/types.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { paintOf } from '../heads/draw.ts';
import { drawMarks, drawMatrix, type MatrixPicture } from '../matrix/draw.ts';
import { cellAt, reveal, type Window2d, zoomAt } from '../matrix/geometry.ts';
import { ColourChoices, Legend } from '../matrix/legend.tsx';
import { frameOf, labelFont, useWindow } from '../matrix/room.ts';
import { SaveDifference } from './export.tsx';
import { differencePaint } from './paint.ts';

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Below this width of the view the difference, what most people look for, stands first and the maps below each other. */
const NARROW = 500;
const GAP = 12;
const STEP = 1.4;

type Which = 'first' | 'second' | 'difference';

interface CompareMapsProps {
  readonly both: SideBySide;
  readonly names: readonly [string, string];
  /** Further choices beside those of the colours. */
  readonly choices: ComponentChildren;
}

export function CompareMaps({ both, names, choices }: CompareMapsProps) {
  const [box, size] = useSize<HTMLDivElement>();
  const narrow = size.width < NARROW;
  const perRow = narrow ? 1 : size.width < 900 ? 2 : 3;
  const side = Math.min(440, Math.floor((size.width - (perRow - 1) * GAP) / perRow));
  const order: readonly Which[] = narrow ? ['difference', 'first', 'second'] : ['first', 'second', 'difference'];
  return (
    <div class="compare-box" ref={box as { current: HTMLDivElement }}>
      {side > 60 && <Maps both={both} names={names} order={order} side={side} />}
      <div class="row-tools">
        <ColourChoices signed={false} />
        {choices}
      </div>
      <SaveDifference both={both} />
    </div>
  );
}

interface MapsProps {
  readonly both: SideBySide;
  readonly names: readonly [string, string];
  readonly order: readonly Which[];
  readonly side: number;
}

function Maps({ both, names, order, side }: MapsProps) {
  const { theme } = usePanel();
  const frame = frameOf(both.rowLabels, both.columnLabels, { width: side, height: side, font: labelFont(theme.value), bar: false });
  const [zoom, setZoom] = useWindow(both.difference, frame);
  const pointed = useSignal<Cell | null>(null);
  const chosen = useChosen(both);
  const base = { frame, window: zoom, theme: theme.value, rowLabels: both.rowLabels, columnLabels: both.columnLabels, hidden: null };
  const title: Record<Which, string> = { first: names[0], second: names[1], difference: 'second − first' };
  return (
    <>
      <Hands both={both} zoom={zoom} setZoom={setZoom} base={base} chosen={chosen} pointed={pointed}>
        {order.map((which) => (
          <OneMap key={which} title={title[which]} which={which} {...{ both, base, side, pointed, chosen }} />
        ))}
      </Hands>
      <Numbers both={both} cell={pointed.value ?? chosen.value} />
    </>
  );
}

/** The chosen cell: where it can, it is the selection's. */
function useChosen({ rows, columns, maps: [, second] }: SideBySide): { readonly value: Cell | null; set(cell: Cell): void } {
  const { store } = usePanel();
  const { query, key } = store.selection.value;
  const own = useSignal<{ readonly cell: Cell; readonly query: number | null; readonly key: number | null } | null>(null);
  const set = (cell: Cell) => {
    const [row, column] = [rows[cell.row]!.second, columns[cell.column]!.second];
    if (row !== null && column !== null) select(store, { query: second.rows.groups[row]![0]!, key: second.columns.groups[column]![0]! });
    const now = store.selection.peek();
    own.value = { cell, query: now.query, key: now.key };
  };
  // A cell that only the first has stays chosen until something else is selected.
  if (own.value && own.value.query === query && own.value.key === key) return { value: own.value.cell, set };
  const place = (token: number | null, of: Int32Array, pairs: typeof rows) => {
    const at = token === null ? -1 : (of[token] ?? -1);
    return at < 0 ? -1 : pairs.findIndex((p) => p.second === at);
  };
  const cell = { row: place(query, second.rows.placeOf, rows), column: place(key, second.columns.placeOf, columns) };
  return { value: cell.row < 0 ? null : { row: cell.row, column: Math.max(0, cell.column) }, set };
}

type Base = Omit<MatrixPicture, 'cells' | 'paint' | 'width' | 'height'>;
type Chosen = ReturnType<typeof useChosen>;

interface OneMapProps {
  readonly title: string;
  readonly which: Which;
  readonly both: SideBySide;
  readonly base: Base;
  readonly side: number;
  readonly pointed: Signal<Cell | null>;
  readonly chosen: Chosen;
}

function OneMap({ title, which, both, base, side, pointed, chosen }: OneMapProps) {
  const { store, theme } = usePanel();
  const { scale, range } = store.view.value;
  const [below, above] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const cells = which === 'difference' ? both.difference : both.cells[which === 'first' ? 0 : 1];
  const { paint, top } = paintFor(which, both, base, { scale, range });
  const picture: MatrixPicture = { ...base, cells, paint, width: side, height: side };
  useDraw(() => {
    if (below.current) drawMatrix(below.current, picture, [which, scale, range]);
    const cell = chosen.value;
    const marks = { rows: cell ? [cell.row] : [], column: cell?.column ?? null, pointed: pointed.value ?? NOWHERE, pins: [] };
    if (above.current) drawMarks(above.current, picture, marks);
  });
  return (
    <figure class="compare-map">
      <figcaption title={title}>{title}</figcaption>
      <div class="compare-cells" style={{ width: `${side}px`, height: `${side}px` }}>
        <canvas ref={below} class={`cells ${which}`} />
        <canvas ref={above} class="over" />
      </div>
      <Legend
        colours={which === 'difference' ? theme.value.diverging : theme.value.sequential}
        scale={scale}
        top={top}
        signed={which === 'difference'}
        {...(which === 'difference' ? { what: 'more in the second is orange' } : {})}
      />
    </figure>
  );
}

const NOWHERE = { row: null, column: null };

/** Both maps in the same colours for the same weights, also where the last colour stands for the largest. */
function paintFor(which: Which, both: SideBySide, { theme }: Base, { scale, range }: Pick<ViewOptions, 'scale' | 'range'>) {
  if (which === 'difference') return differencePaint(both, theme, scale);
  const [a, b] = both.missing;
  const own = paintOf(both.cells[which === 'first' ? 0 : 1], theme, scale, range);
  const largest = Math.max(...both.cells.map((c) => paintOf(c, theme, scale, 'head').top(0)));
  const empty = which === 'first' ? a : b;
  if (range === 'row') return { paint: { ...own, empty } as Paint, top: null };
  const top = range === 'head' ? largest : 1;
  return { paint: { ...own, top: () => top, empty } as Paint, top };
}

interface HandsProps {
  readonly both: SideBySide;
  readonly zoom: Window2d;
  readonly setZoom: (window: Window2d) => void;
  readonly base: Base;
  readonly chosen: Chosen;
  readonly pointed: Signal<Cell | null>;
  readonly children: ComponentChildren;
}

/** Pointer, wheel and keys over all three maps. Those who hear the panel are told the chosen cell's three numbers. */
function Hands(props: HandsProps) {
  const { both, base, chosen, zoom, children } = props;
  return (
    <>
      <div
        class="compare-maps"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the cross-hair
        tabIndex={0}
        aria-label="Both maps and their difference: rows ask (query), columns answer (key). Arrow keys move, plus and minus zoom."
        // Where the cells are, for tests that read pixels and for automation: left, top, pixels a cell, first column, first row.
        data-frame={[base.frame.left, base.frame.top, zoom.cell, zoom.x, zoom.y].join(' ')}
        {...usePointer(props)}
        onKeyDown={useKeys(props)}
      >
        {children}
      </div>
      <div class="unseen" role="status">
        {chosen.value && cellWords(both, chosen.value)}
      </div>
    </>
  );
}

function usePointer({ both, zoom, setZoom, base, chosen, pointed }: HandsProps) {
  const { frame } = base;
  const over = (event: MouseEvent) => event.target instanceof HTMLElement && event.target.matches('.compare-cells');
  const at = (event: MouseEvent) => (over(event) ? cellAt(zoom, event.offsetX, event.offsetY, both.difference, frame) : null);
  return {
    onPointerMove: (event: PointerEvent) => {
      pointed.value = at(event);
    },
    onPointerLeave: () => {
      pointed.value = null;
    },
    onClick: (event: MouseEvent) => {
      const cell = at(event);
      if (cell) chosen.set(cell);
    },
    onWheel: (event: WheelEvent) => {
      if (!over(event)) return;
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0018));
      const to = zoomAt(zoom, factor, event.offsetX - frame.left, event.offsetY - frame.top, both.difference, frame);
      // At the end of the zoom the page scrolls on.
      if (to.cell === zoom.cell) return;
      event.preventDefault();
      setZoom(to);
    },
  };
}

function useKeys({ both: { difference }, zoom, setZoom, base: { frame }, chosen }: HandsProps) {
  const at = chosen.value ?? { row: 0, column: 0 };
  const go = (row: number, column: number) => {
    const to = { row: Math.min(difference.rows - 1, Math.max(0, row)), column: Math.min(difference.columns - 1, Math.max(0, column)) };
    setZoom(reveal(zoom, to.row, to.column, difference, frame));
    chosen.set(to);
  };
  const zoomBy = (factor: number) => setZoom(zoomAt(zoom, factor, frame.width / 2, frame.height / 2, difference, frame));
  const keys: Record<string, () => void> = {
    ArrowUp: () => go(at.row - 1, at.column),
    ArrowDown: () => go(at.row + 1, at.column),
    ArrowLeft: () => go(at.row, at.column - 1),
    ArrowRight: () => go(at.row, at.column + 1),
    '+': () => zoomBy(STEP),
    '-': () => zoomBy(1 / STEP),
    '0': () => setZoom({ x: 0, y: 0, cell: 0 }),
  };
  return (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.altKey || event.metaKey ? undefined : keys[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  };
}

/** `are to key: first 0.52, second 0.31, difference −0.21`. */
function cellWords(both: SideBySide, { row, column }: Cell): string {
  const [first, second, difference] = numbersAt(both, { row, column });
  const name = `${both.rowLabels[row] ?? ''} to ${both.columnLabels[column] ?? ''}`;
  return `${name}: first ${first ?? 'has none'}, second ${second ?? 'has none'}${difference === null ? '' : `, difference ${difference}`}`;
}

function numbersAt({ cells, difference, rows, columns }: SideBySide, { row, column }: Cell): (string | null)[] {
  const i = row * difference.columns + column;
  const has = (which: 'first' | 'second') => rows[row]?.[which] != null && columns[column]?.[which] != null;
  const inBoth = rows[row]?.first != null && rows[row]?.second != null;
  return [
    has('first') ? exact(cells[0].data[i]!) : null,
    has('second') ? exact(cells[1].data[i]!) : null,
    inBoth ? exact(difference.data[i]!) : null,
  ];
}

function Numbers({ both, cell }: { both: SideBySide; cell: Cell | null }) {
  const [first, second, difference] = cell ? numbersAt(both, cell) : [];
  return (
    <div class="readout">
      <p class="value">
        {cell ? (
          <>
            <bdi class="token-name">{both.rowLabels[cell.row]}</bdi> → <bdi class="token-name">{both.columnLabels[cell.column]}</bdi>: first{' '}
            <span class="number">{first ?? 'has no such cell'}</span>, second <span class="number">{second ?? 'has no such cell'}</span>
            {difference != null && (
              <>
                , difference <span class="number">{difference}</span>
              </>
            )}
          </>
        ) : (
          <span class="muted">point at a cell to read both weights</span>
        )}
      </p>
    </div>
  );
}
