/** The picture with one row of the chosen head over it: where the query patch (or the class token) looks. */
import { batch } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { patchAt } from '../../../model/image/index.ts';
import { type Places, placeOfPatch, placesOf, rectOf, stepped } from '../../image/places.ts';
import { heaviest, type Scene } from '../../image/scene.ts';
import { pictureOf } from '../../state/axis.ts';
import { select, toggleQuery } from '../../state/select.ts';
import { rowOf, type Shown } from '../../state/shown.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { Legend } from '../matrix/legend.tsx';
import { headsWords } from '../words.ts';
import { drawPicture, type Fit, fitPicture, type Overlay } from './draw.ts';
import { PictureTools, TokenButtons } from './tools.tsx';
import { pictureWords, weightLine } from './words.ts';

export function PictureView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const session = store.session.value;
  if (!session?.scene) return null;
  const scene = pictureOf(session, shown.site);
  const places = scene && placesOf(scene, shown.site, shown.window);
  if (scene && places) return <Picture shown={shown} scene={scene} places={places} />;
  return (
    <p class="note picture-note">
      {scene
        ? `This layer’s ${shown.keys.count} positions are no patches of the picture. The matrix shows its weights.`
        : 'This layer reads the text. Choose a layer of the vision tower for the picture.'}
    </p>
  );
}

function Picture({ shown, scene, places }: { shown: Shown; scene: Scene; places: Places }) {
  const { store, theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const { query } = store.selection.value;
  const { direction, scale, smooth, opacity, mass, pictureRange } = store.view.value;
  const row = query === null ? new Float32Array(shown.keys.count) : rowOf(shown, [query, ...store.queries.value], direction);
  const { grid, patches } = places;
  const weights = onGrid(places, row);
  const seen = onGrid(places, new Float32Array(patches.length).fill(1));
  const signed = shown.against !== null;
  const most = pictureRange === 'one' && !signed ? 1 : weights.reduce((a, w) => Math.max(a, Math.abs(w)), 0);
  const colours = signed ? theme.value.diverging : theme.value.sequential;
  const all = Uint8Array.from(seen, (is) => (query === null ? 0 : is));
  const kept = mass < 1 && !signed ? heaviest(weights, mass) : all;
  const overlay: Overlay = {
    scene,
    grid,
    window: places.window && Uint8Array.from(seen),
    weights,
    kept,
    paint: { colours, scale, signed, most },
    opacity,
    smooth,
  };
  return (
    <div class="matrix picture">
      <TokenButtons shown={shown} scene={scene} places={places} row={row} />
      <div class="picture-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 40 && size.height > 40 && <Surface shown={shown} places={places} overlay={overlay} row={row} size={size} />}
      </div>
      <PictureReadout shown={shown} row={row} kept={kept} of={all.reduce((n, k) => n + k, 0)} />
      <div class="legend-row">
        <Legend colours={colours} scale={scale} top={most} signed={signed} what={headsWords(shown)} />
        <PictureTools signed={signed} />
      </div>
    </div>
  );
}

/** Values of positions on the grid of patches; 0 where no position is. */
function onGrid({ grid, patches }: Places, values: Float32Array): Float32Array {
  const out = new Float32Array(grid.rows * grid.columns);
  for (const [position, patch] of patches.entries()) if (patch >= 0) out[patch] = values[position]!;
  return out;
}

interface SurfaceProps {
  readonly shown: Shown;
  readonly places: Places;
  readonly overlay: Overlay;
  readonly row: Float32Array;
  readonly size: { readonly width: number; readonly height: number };
}

const STEP: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function Surface({ shown, places, overlay, row, size }: SurfaceProps) {
  const { store, theme } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { scene } = overlay;
  const fit = fitPicture(scene.bitmap, size.width, size.height);
  const { query, key } = store.selection.value;
  const rect = (position: number | null) => rectOf(scene, places, position);
  useDraw(() => {
    if (!canvas.current) return;
    const queries = [query, ...store.queries.value].map(rect).filter((r) => r !== null);
    drawPicture(canvas.current, size, fit, overlay, { queries, key: rect(key), pointed: rect(store.pointed.value.key) }, theme.value);
  });
  const at = (event: MouseEvent) => patchUnder(scene, places, fit, event);
  const positionOf = (patch: number | null) => (patch === null ? -1 : places.patches.indexOf(patch));
  const ask = (patch: number, more: boolean) => {
    const own = positionOf(patch);
    if (own >= 0 && more) return toggleQuery(store, own);
    const found = own >= 0 ? { window: shown.window, position: own } : placeOfPatch(scene, shown.site, patch);
    if (!found) return;
    batch(() => {
      if (places.window) store.window.value = found.window;
      select(store, { query: found.position });
    });
  };
  const point = (position: number | null) => {
    if (store.pointed.peek().key !== position) store.pointed.value = { query: position === null ? null : query, key: position };
  };
  const press = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    ask(stepped(places, query, ...step), false);
  };
  return (
    <div
      class="picture-hands"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that is walked through with the arrow keys
      tabIndex={0}
      role="application"
      aria-roledescription="picture with attention"
      aria-label={`${scene.name}. ${pictureWords(shown, query, row, store.view.value.direction)} Arrow keys move the query.`}
      onPointerMove={(event) => point(at(event) === null ? null : seenOrNull(positionOf(at(event))))}
      onPointerLeave={() => point(null)}
      onClick={(event) => {
        const patch = at(event);
        if (patch !== null) ask(patch, event.ctrlKey || event.metaKey);
      }}
      onKeyDown={press}
    >
      <canvas ref={canvas} />
    </div>
  );
}

const seenOrNull = (position: number) => (position >= 0 ? position : null);

/** The patch under the pointer. */
function patchUnder(scene: Scene, { grid }: Places, fit: Fit, event: MouseEvent): number | null {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left - fit.left) / fit.scale, (event.clientY - box.top - fit.top) / fit.scale];
  if (x < 0 || y < 0 || x >= scene.bitmap.width || y >= scene.bitmap.height) return null;
  return patchAt({ grid, firstPatch: 0 }, scene.geometry, x, y);
}

/** The exact number under the pointer, and what the picture leaves out. */
function PictureReadout({ shown, row, kept, of }: { shown: Shown; row: Float32Array; kept: Uint8Array; of: number }) {
  const { store } = usePanel();
  const { query } = store.selection.value;
  const { direction, mass } = store.view.value;
  const other = store.pointed.value.key ?? store.selection.value.key;
  const [own, others] = direction === 'from' ? [shown.queries, shown.keys] : [shown.keys, shown.queries];
  const painted = kept.reduce((n, k) => n + k, 0);
  return (
    <div class="readout">
      <p class="value">
        {query !== null && other !== null ? (
          weightLine(own, others, query, other, row[other] ?? Number.NaN, direction)
        ) : (
          <span class="muted">point at a patch to read its weight; click to ask from there</span>
        )}
      </p>
      <p class="muted">
        {pictureWords(shown, query, row, direction)}
        {mass < 1 && ` Painted: the ${painted} of ${of} patches that hold ${Math.round(mass * 100)} % of what goes to patches.`}
      </p>
    </div>
  );
}
