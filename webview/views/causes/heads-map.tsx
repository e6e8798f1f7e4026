/** Drops of all heads as a map: layers down, heads across, as in the grid of the heads. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { heatAt } from '../../colour/heat.ts';
import type { Theme } from '../../colour/theme.ts';
import { colourIndex } from '../../draw/cells.ts';
import { exact, headName, headWords } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';
import { select } from '../../state/select.ts';
import { type HeadRef, headKey, type Site, sameHead } from '../../state/types.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { Legend } from '../matrix/legend.tsx';
import { signed, topOf } from './bits.ts';

const LABEL = 30;
const TOP = 18;
const ROW = 24;
const WIDEST = 64;

interface Layout {
  readonly cell: number;
  readonly width: number;
  readonly height: number;
  readonly refs: readonly { readonly ref: HeadRef; readonly x: number; readonly y: number }[];
}

function layoutOf(sites: readonly Site[], width: number): Layout {
  const most = Math.max(1, ...sites.map(({ run }) => run.heads));
  const cell = Math.max(14, Math.min(WIDEST, Math.floor((width - LABEL) / most)));
  const refs = sites.flatMap(({ kind, layer, run }, row) =>
    Array.from({ length: run.heads }, (_, head) => ({ ref: { kind, layer, head }, x: LABEL + head * cell, y: TOP + row * ROW })),
  );
  return { cell, width: LABEL + most * cell + 1, height: TOP + sites.length * ROW + 1, refs };
}

export function HeadsMap({ sites, drops, title }: { sites: readonly Site[]; drops: ReadonlyMap<string, number>; title: string | null }) {
  const { store, theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<HeadRef | null>(null);
  const layout = layoutOf(sites, size.width);
  const most = topOf(drops.values());
  const selected = store.selection.value;
  const at = Math.max(
    0,
    layout.refs.findIndex(({ ref }) => sameHead(ref, selected)),
  );
  const shown = pointed.value ?? layout.refs[at]?.ref ?? null;
  useDraw(() => {
    if (canvas.current && size.width > 0)
      draw(canvas.current, layout, { theme: theme.value, drops, most, selected, pointed: pointed.value });
  });
  const hit = (event: MouseEvent) =>
    layout.refs.find(({ x, y }) => event.offsetX >= x && event.offsetX < x + layout.cell && event.offsetY >= y && event.offsetY < y + ROW)
      ?.ref ?? null;
  const keyDown = (event: KeyboardEvent) => {
    const to = walk(layout, at, event.key);
    if (to === null) return;
    select(store, layout.refs[to]!.ref);
    event.preventDefault();
  };
  const words = (ref: HeadRef) => `${headWords(ref.layer, ref.head)}: ${signed(drops.get(headKey(ref)) ?? Number.NaN)} bits`;
  return (
    <div class="heads-map" ref={box as { current: HTMLDivElement }}>
      {title && <h3>{title}</h3>}
      <div
        role="listbox"
        tabIndex={0}
        aria-label="Drop of every head, layers down, heads across. Arrow keys walk and select."
        aria-activedescendant={`drop-${title ?? 'self'}`}
        class="map-surface"
        onClick={(event) => {
          const ref = hit(event);
          if (ref) select(store, ref);
        }}
        onPointerMove={(event) => {
          pointed.value = hit(event);
        }}
        onPointerLeave={() => {
          pointed.value = null;
        }}
        onKeyDown={keyDown}
      >
        <canvas ref={canvas} />
        <div
          class="unseen"
          role="option"
          tabIndex={-1}
          id={`drop-${title ?? 'self'}`}
          aria-selected="true"
          aria-posinset={at + 1}
          aria-setsize={layout.refs.length}
        >
          {layout.refs[at] && words(layout.refs[at].ref)}
        </div>
      </div>
      <p class="note" aria-hidden="true">
        {shown && (
          <>
            {headName(shown.layer, shown.head)}: <b>{signed(drops.get(headKey(shown)) ?? Number.NaN)} bits</b>{' '}
            <span class="number">({exact(drops.get(headKey(shown)) ?? Number.NaN)})</span>
          </>
        )}
      </p>
      <Legend colours={theme.value.diverging} scale="linear" top={most} signed what="bits: above 0 the head helps the answer" />
    </div>
  );
}

function walk({ refs }: Layout, at: number, key: string): number | null {
  const { ref } = refs[at]!;
  const steps: Readonly<Record<string, (other: HeadRef) => boolean>> = {
    ArrowLeft: (other) => other.layer === ref.layer && other.head === ref.head - 1,
    ArrowRight: (other) => other.layer === ref.layer && other.head === ref.head + 1,
    ArrowUp: (other) => other.layer === ref.layer - 1 && other.head === ref.head,
    ArrowDown: (other) => other.layer === ref.layer + 1 && other.head === ref.head,
  };
  if (key === 'Home') return 0;
  if (key === 'End') return refs.length - 1;
  const step = steps[key];
  if (!step) return null;
  const to = refs.findIndex((place) => step(place.ref));
  return to < 0 ? at : to;
}

interface Picture {
  readonly theme: Theme;
  readonly drops: ReadonlyMap<string, number>;
  readonly most: number;
  readonly selected: HeadRef;
  readonly pointed: HeadRef | null;
}

function draw(canvas: HTMLCanvasElement, { cell, width, height, refs }: Layout, { theme, drops, most, selected, pointed }: Picture): void {
  const context = prepare(canvas, width, height);
  context.font = `${Math.min(11, theme.fontSize - 2)}px ${theme.font}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const { ref, x, y } of refs) {
    const drop = drops.get(headKey(ref)) ?? Number.NaN;
    const { background, ink } = heatAt(theme.diverging, colourIndex(drop, most, 'linear', true));
    context.fillStyle = background;
    context.fillRect(x, y, cell - 1, ROW - 1);
    context.fillStyle = ink;
    if (cell >= 36) context.fillText(signed(drop), x + (cell - 1) / 2, y + ROW / 2);
    context.fillStyle = theme.muted;
    if (ref.head === 0) context.fillText(`L${ref.layer + 1}`, LABEL / 2 - 4, y + ROW / 2);
    if (y === TOP && (cell >= 24 || ref.head % 4 === 0)) context.fillText(`H${ref.head + 1}`, x + cell / 2, TOP / 2);
  }
  for (const { ref, x, y } of refs) {
    if (sameHead(ref, selected)) outline(context, theme.focus, x, y, cell, 2);
    else if (pointed && sameHead(ref, pointed)) outline(context, theme.foreground, x, y, cell, 1);
  }
}

function outline(context: CanvasRenderingContext2D, colour: string, x: number, y: number, cell: number, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + width / 2 - 0.5, y + width / 2 - 0.5, cell - width, ROW - width);
}
