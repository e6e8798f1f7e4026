/** The picture with one row of the chosen head over it: where the query patch (or the class token) looks. */
import { useRef } from 'preact/hooks';
import { patchAt } from '../../../model/image/index.ts';
import { heaviest, type Scene, stepPatch } from '../../image/scene.ts';
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
  const scene = store.session.value?.scene;
  if (!scene) return null;
  if (shown.keys.names) return <Picture shown={shown} scene={scene} />;
  return (
    <p class="note picture-note">
      This layer attends within windows or over merged patches: its {shown.keys.count} positions are no patches of the whole picture. The
      matrix shows its weights.
    </p>
  );
}

function Picture({ shown, scene }: { shown: Shown; scene: Scene }) {
  const { store, theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const { query } = store.selection.value;
  const { direction, scale, smooth, opacity, mass, pictureRange } = store.view.value;
  const row = query === null ? new Float32Array(shown.keys.count) : rowOf(shown, [query, ...store.queries.value], direction);
  const { firstPatch, grid } = scene.tokens;
  const weights = row.subarray(firstPatch, firstPatch + grid.rows * grid.columns);
  const signed = shown.against !== null;
  const most = pictureRange === 'one' && !signed ? 1 : weights.reduce((a, w) => Math.max(a, Math.abs(w)), 0);
  const colours = signed ? theme.value.diverging : theme.value.sequential;
  const kept = mass < 1 && !signed ? heaviest(weights, mass) : new Uint8Array(weights.length).fill(query === null ? 0 : 1);
  const overlay: Overlay = { scene, weights, kept, paint: { colours, scale, signed, most }, opacity, smooth };
  return (
    <div class="matrix picture">
      <TokenButtons shown={shown} scene={scene} row={row} />
      <div class="picture-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 40 && size.height > 40 && <Surface shown={shown} overlay={overlay} row={row} size={size} />}
      </div>
      <PictureReadout shown={shown} row={row} kept={kept} />
      <div class="legend-row">
        <Legend colours={colours} scale={scale} top={most} signed={signed} what={headsWords(shown)} />
        <PictureTools signed={signed} />
      </div>
    </div>
  );
}

interface SurfaceProps {
  readonly shown: Shown;
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

function Surface({ shown, overlay, row, size }: SurfaceProps) {
  const { store, theme } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { scene } = overlay;
  const fit = fitPicture(scene.bitmap, size.width, size.height);
  const { query, key } = store.selection.value;
  const rect = (position: number | null) => {
    const token = position === null ? undefined : scene.tokens.tokens[position];
    return token?.kind === 'patch' ? token.rect : null;
  };
  useDraw(() => {
    if (!canvas.current) return;
    const queries = [query, ...store.queries.value].map(rect).filter((r) => r !== null);
    drawPicture(canvas.current, size, fit, overlay, { queries, key: rect(key), pointed: rect(store.pointed.value.key) }, theme.value);
  });
  const at = (event: MouseEvent) => positionAt(scene, fit, event);
  const point = (position: number | null) => {
    if (store.pointed.peek().key !== position) store.pointed.value = { query: position === null ? null : query, key: position };
  };
  const press = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    select(store, { query: stepPatch(scene.tokens, query, ...step) });
  };
  return (
    <div
      class="picture-hands"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that is walked through with the arrow keys
      tabIndex={0}
      role="application"
      aria-roledescription="picture with attention"
      aria-label={`${scene.name}. ${pictureWords(shown, query, row, store.view.value.direction)} Arrow keys move the query.`}
      onPointerMove={(event) => point(at(event))}
      onPointerLeave={() => point(null)}
      onClick={(event) => {
        const position = at(event);
        if (position === null) return;
        if (event.ctrlKey || event.metaKey) toggleQuery(store, position);
        else select(store, { query: position });
      }}
      onKeyDown={press}
    >
      <canvas ref={canvas} />
    </div>
  );
}

/** The position of the patch under the pointer. */
function positionAt(scene: Scene, fit: Fit, event: MouseEvent): number | null {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left - fit.left) / fit.scale, (event.clientY - box.top - fit.top) / fit.scale];
  if (x < 0 || y < 0 || x >= scene.bitmap.width || y >= scene.bitmap.height) return null;
  return patchAt(scene.tokens, scene.geometry, x, y);
}

/** The exact number under the pointer, and what the picture leaves out. */
function PictureReadout({ shown, row, kept }: { shown: Shown; row: Float32Array; kept: Uint8Array }) {
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
        {mass < 1 && ` Painted: the ${painted} of ${kept.length} patches that hold ${Math.round(mass * 100)} % of what goes to patches.`}
      </p>
    </div>
  );
}
