/** The grid of all heads of one kind. To assistive technology it is a list box whose one option in the page is the chosen head. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Thumbnails } from '../../../model/protocol/engine.ts';
import { select, togglePicked } from '../../state/select.ts';
import { type HeadRef, headKey, type Site, sameHead } from '../../state/types.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { type Panel, usePanel } from '../context.ts';
import { drawChosen, drawGrid, drawLayers } from './draw.ts';
import { byLayer, type GridLayout, inOrder, placeAt, walk } from './layout.ts';
import { marksOf, orderBy } from './order.ts';
import { HeadTip, headSentence } from './tip.tsx';

export function HeadGrid({ sites, onOpen }: { sites: readonly Site[]; onOpen: () => void }) {
  const panel = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const pointed = useSignal<{ readonly ref: HeadRef; readonly x: number; readonly y: number } | null>(null);
  const layout = useLayout(sites, size.width);
  return (
    <div class="grid-box" ref={box as { current: HTMLDivElement }}>
      {size.width > 0 && (
        <>
          <GridSurface layout={layout} sites={sites} pointed={pointed} onOpen={onOpen} />
          {pointed.value && <HeadTip at={pointed.value} sites={sites} key={headKey(pointed.value.ref)} />}
        </>
      )}
      <Failures sites={sites} />
      {panel.store.view.value.sort !== 'layer' && <p class="note">Sorted by {orderBy(panel.store.view.value.sort)}, largest first.</p>}
    </div>
  );
}

/** Why a layer has no pictures. */
function Failures({ sites }: { sites: readonly Site[] }) {
  const { maps } = usePanel();
  const sentences = sites.flatMap((site) => {
    const loaded = maps.value?.thumbnails(site.key).value;
    return loaded?.state === 'failed' ? [`Layer ${site.layer + 1}: ${loaded.error.message}`] : [];
  });
  return sentences.length === 0 ? null : <p class="note">{sentences.slice(0, 3).join(' ')}</p>;
}

function useLayout(sites: readonly Site[], width: number): GridLayout {
  const { store, measures } = usePanel();
  const { sort } = store.view.value;
  if (sort === 'layer') return byLayer(sites, width);
  const refs = sites.flatMap((s) => Array.from({ length: s.run.heads }, (_, head) => ({ kind: s.kind, layer: s.layer, head })));
  const value = (ref: HeadRef) => measures.value.get(headKey(ref))?.[sort] ?? Number.NEGATIVE_INFINITY;
  return inOrder(
    refs.sort((a, b) => value(b) - value(a)),
    width,
  );
}

const ready = ({ maps }: Panel, sites: readonly Site[]): number =>
  sites.filter((s) => maps.value?.thumbnails(s.key).value.state === 'ready').length;

interface Pointed {
  value: { readonly ref: HeadRef; readonly x: number; readonly y: number } | null;
}

function GridSurface(props: { layout: GridLayout; sites: readonly Site[]; pointed: Pointed; onOpen: () => void }) {
  const { layout, sites, pointed, onOpen } = props;
  const panel = usePanel();
  const { store } = panel;
  const selected = store.selection.value;
  const at = Math.max(
    0,
    layout.places.findIndex((p) => sameHead(p.ref, selected)),
  );
  const hit = (event: MouseEvent) => placeAt(layout, event.offsetX, event.offsetY)?.ref ?? null;
  const press = (event: MouseEvent) => {
    const ref = hit(event);
    if (!ref) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) togglePicked(store, ref);
    else select(store, ref);
  };
  const move = (event: PointerEvent) => {
    const ref = hit(event);
    const same = ref === null ? pointed.value === null : pointed.value !== null && sameHead(pointed.value.ref, ref);
    if (!same) pointed.value = ref && { ref, x: event.clientX, y: event.clientY };
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onOpen();
    else if (/^(Arrow|Home|End)/u.test(event.key)) {
      const to = layout.places[walk(layout, at, event.key)]!.ref;
      const { kind, layer, head } = selected;
      select(store, to);
      if (event.shiftKey) togglePicked(store, { kind, layer, head });
    } else return;
    event.preventDefault();
  };
  const scroll = useRef<HTMLDivElement>(null);
  const place = layout.places[at];
  useEffect(() => {
    const box = scroll.current;
    if (!place || !box) return;
    // Called at once, and again when the grid gets another size.
    const watch = new ResizeObserver(() => bringIntoView(box, place, layout.size));
    watch.observe(box);
    return () => watch.disconnect();
  }, [place?.x, place?.y, layout.size]);
  return (
    <div class="grid-scroll" ref={scroll}>
      <div
        class="grid"
        role="listbox"
        tabIndex={0}
        aria-label="Heads. Arrow keys walk, Enter opens, Shift with an arrow key or a click takes several."
        aria-multiselectable="true"
        aria-activedescendant="chosen-head"
        // How many layers have their thumbnails, for automation.
        data-layers={ready(panel, sites)}
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
        onClick={press}
        onPointerMove={move}
        onPointerLeave={() => {
          pointed.value = null;
        }}
        onKeyDown={keyDown}
      >
        <Pictures layout={layout} sites={sites} pointed={pointed} />
        <div
          class="unseen"
          role="option"
          tabIndex={-1}
          id="chosen-head"
          aria-selected="true"
          aria-posinset={at + 1}
          aria-setsize={layout.places.length}
        >
          {headSentence(panel)}
        </div>
      </div>
    </div>
  );
}

/** Scrolls the grid, and nothing around it, as far as a thumbnail needs to be seen. */
function bringIntoView(box: HTMLElement, { x, y }: { readonly x: number; readonly y: number }, size: number): void {
  const needed = (from: number, room: number, at: number) => Math.min(at - GRID_EDGE, Math.max(from, at + size + GRID_EDGE - room));
  box.scrollTo(needed(box.scrollLeft, box.clientWidth, x), needed(box.scrollTop, box.clientHeight, y));
}

/** What is seen beside the chosen thumbnail when the grid scrolls to it. */
const GRID_EDGE = 30;

function Pictures({ layout, sites, pointed }: { layout: GridLayout; sites: readonly Site[]; pointed: Pointed }) {
  const { store, theme, maps, measures } = usePanel();
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const layers = useRef<HTMLCanvasElement>(null);
  const thumbnails = new Map<string, Thumbnails>();
  for (const site of sites) {
    const loaded = maps.value?.thumbnails(site.key).value;
    if (loaded?.state === 'ready') thumbnails.set(site.key, loaded.value);
  }
  const { scale, range, tint } = store.view.value;
  const marks = marksOf(measures.value, tint);
  const drawn = useRef<readonly unknown[]>([]);
  useDraw(() => {
    const state = [
      theme.value,
      scale,
      range,
      marks,
      thumbnails.size,
      layout.width,
      layout.height,
      layout.size,
      maps.value,
      layout.places.map((p) => headKey(p.ref)).join(),
    ];
    if (below.current && state.some((v, i) => v !== drawn.current[i])) {
      drawn.current = state;
      if (layers.current) drawLayers(layers.current, { layout, theme: theme.value });
      drawGrid(below.current, {
        layout,
        theme: theme.value,
        view: { scale, range },
        thumbnails,
        causal: new Set(sites.filter((s) => s.causal).map((s) => s.key)),
        marks,
      });
    }
    const chosen = { heads: store.heads.value, against: store.against.value, pointed: pointed.value?.ref ?? null };
    if (above.current) drawChosen(above.current, { layout, theme: theme.value }, chosen);
  });
  // Read here, so that a change draws again.
  void [store.heads.value, store.against.value, pointed.value];
  return (
    <>
      {layout.layerLabels.length > 0 && <canvas ref={layers} class="over layers" style={{ marginBottom: `${-layout.height}px` }} />}
      <canvas ref={below} />
      <canvas ref={above} class="over" />
    </>
  );
}
