/** The matrix of one head (or the mean of several, or the difference of two): query down, key across. */
import { useRef } from 'preact/hooks';
import type { Shown } from '../../state/shown.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { headsWords } from '../words.ts';
import { drawMarks, drawMatrix, drawMinimap, type MatrixPicture } from './draw.ts';
import { fitCell, type Window2d } from './geometry.ts';
import { Hands } from './hands.tsx';
import { ColourChoices, Legend } from './legend.tsx';
import { mapPaint } from './paint.ts';
import { Readout } from './readout.tsx';
import { frameOf, labelFont, useWindow } from './room.ts';
import { MatrixTable } from './table.tsx';
import { MatrixTools } from './tools.tsx';

export function MatrixView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const { table } = store.view.value;
  return (
    <div class="matrix">
      <MatrixTools shown={shown} />
      {table ? <MatrixTable shown={shown} /> : <MatrixCanvas shown={shown} />}
      <Readout shown={shown} />
    </div>
  );
}

function MatrixCanvas({ shown }: { shown: Shown }) {
  const { store, theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const { paint, key, top, signed, scale } = mapPaint(shown, theme.value, store.view.value);
  const view = store.view.value;
  const says = view.specials === 'hide-and-say' || view.threshold > 0;
  const frame = frameOf(shown.rows.labels, shown.columns.labels, { ...size, font: labelFont(theme.value), bar: says });
  const [zoom, setZoom] = useWindow(shown.cells, frame);
  const picture: MatrixPicture = {
    cells: shown.cells,
    paint,
    theme: theme.value,
    frame,
    window: zoom,
    rowLabels: shown.rows.labels,
    columnLabels: shown.columns.labels,
    hidden: says && !signed ? shown.hidden : null,
    width: size.width,
    height: size.height,
  };
  return (
    <>
      <div class="matrix-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 40 && size.height > 40 && <Surface shown={shown} picture={picture} pictureKey={key} zoom={zoom} setZoom={setZoom} />}
      </div>
      <div class="legend-row">
        <Legend colours={paint.colours} scale={scale} top={top} signed={signed} what={headsWords(shown)} />
        <ColourChoices signed={signed} />
      </div>
    </>
  );
}

interface SurfaceProps {
  readonly shown: Shown;
  readonly picture: MatrixPicture;
  readonly pictureKey: readonly unknown[];
  readonly zoom: Window2d;
  readonly setZoom: (window: Window2d) => void;
}

function Surface({ shown, picture, pictureKey, zoom, setZoom }: SurfaceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { frame, cells } = picture;
  useDraw(() => {
    if (canvas.current) drawMatrix(canvas.current, picture, pictureKey);
  });
  const zoomed = zoom.cell > fitCell(cells, frame) * 1.01;
  return (
    <Hands shown={shown} picture={picture} zoom={zoom} setZoom={setZoom}>
      <canvas ref={canvas} class="cells" />
      <MarksLayer shown={shown} picture={picture} />
      {zoomed && <Minimap picture={picture} pictureKey={pictureKey} />}
    </Hands>
  );
}

/** Cross-hair and outlines: their own component, so that a hover draws these lines and nothing else. */
function MarksLayer({ shown, picture }: { shown: Shown; picture: MatrixPicture }) {
  const { store } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { query, key } = store.selection.value;
  const pointed = store.pointed.value;
  const rowOf = (token: number | null) => (token === null ? null : (shown.rows.placeOf[token] ?? -1));
  const columnOf = (token: number | null) => (token === null ? null : (shown.columns.placeOf[token] ?? -1));
  const seen = (place: number | null) => (place === null || place < 0 ? null : place);
  const rows = [query, ...store.queries.value].map((q) => seen(rowOf(q))).filter((r) => r !== null);
  const pins = store.pins.value
    .map((p) => ({ row: rowOf(p.query) ?? -1, column: columnOf(p.key) ?? -1 }))
    .filter((p) => p.row >= 0 && p.column >= 0);
  useDraw(() => {
    if (!canvas.current) return;
    const at = { row: seen(rowOf(pointed.query)), column: seen(columnOf(pointed.key)) };
    drawMarks(canvas.current, picture, { rows, column: seen(columnOf(key)), pointed: at, pins });
  });
  return <canvas ref={canvas} class="over" />;
}

function Minimap({ picture, pictureKey }: { picture: MatrixPicture; pictureKey: readonly unknown[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDraw(() => {
    if (canvas.current) drawMinimap(canvas.current, picture, pictureKey, 96);
  });
  return <canvas ref={canvas} class="minimap" />;
}
