/** The export menu: the picture or the numbers, as a file that says what made it. */
import { useSignal } from '@preact/signals';
import { HeadlightError } from '../../../model/errors.ts';
import { forPrint, type Theme } from '../../colour/theme.ts';
import { headName } from '../../draw/numbers.ts';
import { htmlOf } from '../../export/html.ts';
import { csvOf, jsonOf, npyOf, safetensorsOf } from '../../export/numbers.ts';
import { fileStem, type Provenance, provenanceOf } from '../../export/provenance.ts';
import { cellsPng, dataUri, svgToPng } from '../../export/raster.ts';
import { seenSvg } from '../../export/seen.ts';
import { matrixSvg } from '../../export/svg.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import type { Session } from '../../state/types.ts';
import { Button, Checkbox, Icon } from '../../ui/controls.tsx';
import { Popover } from '../../ui/popover.tsx';
import { type Panel, usePanel } from '../context.ts';
import { mapPaint } from '../matrix/paint.ts';
import { headsWords } from '../words.ts';
import { gridPng } from './grid.ts';

type Maker = (panel: Panel, session: Session, shown: Shown, made: Provenance) => Promise<Uint8Array> | Uint8Array;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Format {
  readonly end: string;
  readonly label: string;
  readonly make: Maker;
  /** Added to the file's name. */
  readonly of?: string;
}

const FORMATS: readonly Format[] = [
  { end: 'svg', label: 'Matrix as SVG', make: async (...all) => utf8(await svgOf(...all)) },
  { end: 'png', label: 'Matrix as PNG, double density', make: async (...all) => svgToPng(await svgOf(...all), 2) },
  { end: 'csv', label: 'Weights as CSV', make: (_panel, _session, shown, made) => utf8(csvOf(shown, made)) },
  { end: 'json', label: 'Weights as JSON', make: (_panel, _session, shown, made) => utf8(jsonOf(shown, made)) },
  {
    end: 'npy',
    label: 'Weights as NumPy array (NPY)',
    make: (_panel, _session, { cells }) => npyOf(cells.data, [cells.rows, cells.columns]),
  },
  {
    end: 'safetensors',
    label: 'Weights as safetensors',
    make: (_panel, _session, { cells }, made) => safetensorsOf(cells.data, [cells.rows, cells.columns], made),
  },
  { end: 'html', label: 'Everything as one HTML page', make: async (...all) => utf8(await pageOf(...all)) },
];

const titleOf = ({ heads, against, over }: Shown, session: Session): string => {
  if (over) return `${session.show.model.name} · ${headsWords({ heads, against, over })}`;
  const names = heads.map((h) => headName(h.layer, h.head)).join(', ');
  const what = heads.length > 1 ? `mean of ${names}` : names;
  return `${session.show.model.name} · ${what}${against ? ` − ${headName(against.layer, against.head)}` : ''}`;
};

/** Colours of figures: those on screen, or light ones for print. */
const coloursOf = ({ store, theme }: Panel): Theme => (store.view.peek().print ? forPrint(theme.peek()) : theme.peek());

function svgOf(panel: Panel, session: Session, shown: Shown, made: Provenance): Promise<string> {
  const { store } = panel;
  const colours = coloursOf(panel);
  const { paint, top, scale } = mapPaint(shown, colours, store.view.peek());
  const { foreground, background, font } = colours;
  return matrixSvg({
    cells: shown.cells,
    paint,
    scale,
    top,
    rowLabels: shown.rows.labels,
    columnLabels: shown.columns.labels,
    title: titleOf(shown, session),
    foreground,
    background,
    font,
    made,
    picture: () => cellsPng(shown.cells, paint),
  });
}

async function pageOf(panel: Panel, session: Session, shown: Shown, made: Provenance): Promise<string> {
  const theme = coloursOf(panel);
  const { foreground, background } = theme;
  const npy = npyOf(shown.cells.data, [shown.cells.rows, shown.cells.columns]);
  return htmlOf({
    title: titleOf(shown, session),
    made,
    svg: await svgOf(panel, session, shown, made),
    shown,
    grid: await gridPng(panel, session, theme),
    npy: await dataUri(new Blob([npy as Uint8Array<ArrayBuffer>])),
    stem: fileStem(made),
    query: panel.store.selection.peek().query,
    foreground,
    background,
  });
}

const seenOf: (...all: Parameters<Maker>) => string = ({ theme, store }, session, shown, made) => {
  const view = document.querySelector<HTMLElement>('.pane.main .current');
  if (!view) throw new HeadlightError('input', 'There is no view on screen yet. Wait for the run to end.');
  const { foreground, background } = theme.peek();
  return seenSvg(view, { title: `${titleOf(shown, session)} · ${store.view.peek().tab}`, made, foreground, background });
};

/** The view of the chosen tab, as it is on screen. */
const SEEN: readonly Format[] = [
  { end: 'svg', of: 'view', label: 'View as SVG', make: (...all) => utf8(seenOf(...all)) },
  { end: 'png', of: 'view', label: 'View as PNG, double density', make: (...all) => svgToPng(seenOf(...all), 2) },
];

/** What is on screen and what made it. @throws HeadlightError `input` before there is a run */
async function onScreen(panel: Panel) {
  const session = panel.store.session.peek();
  const now = panel.shown.peek();
  if (!session || now.state !== 'ready') throw new HeadlightError('input', 'There are no weights on screen yet. Wait for the run to end.');
  const made = await provenanceOf(session, now.value, panel.store.view.peek());
  return { session, shown: now.value, made };
}

/** Puts the matrix on the clipboard, double density. */
async function copyPicture(panel: Panel): Promise<string> {
  const { session, shown, made } = await onScreen(panel);
  const png = await svgToPng(await svgOf(panel, session, shown, made), 2);
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }) })]);
  return 'The picture is on the clipboard.';
}

/** Makes a file of what is on screen and lets the user choose its place. */
async function exportAs(panel: Panel, format: Format): Promise<string> {
  const { session, shown, made } = await onScreen(panel);
  const bytes = await format.make(panel, session, shown, made);
  const of = format.of === undefined ? '' : `-${panel.store.view.peek().tab}`;
  const { path } = await panel.host.request('save', { name: `${fileStem(made)}${of}.${format.end}`, bytes });
  return path === null ? 'Not saved.' : `Saved ${path}`;
}

async function copyLink({ host }: Panel): Promise<string> {
  await host.request('copyLink', null);
  return 'The link is on the clipboard. It opens this model, text and view in VS Code.';
}

async function saveView({ host }: Panel): Promise<string> {
  const { path } = await host.request('saveView', null);
  return path === null ? 'Not saved.' : `Saved ${path}`;
}

export function ExportMenu() {
  const panel = usePanel();
  const words = useSignal('');
  const run = async (work: () => Promise<string>) => {
    words.value = 'Writing …';
    words.value = await work().catch((error: Error) => error.message);
    panel.store.said.value = words.value;
  };
  return (
    <Popover label="Export" title="Export" face={<Icon name="export" />} class="icon-button" opens={panel.store.asked} name="export">
      {() => (
        <div class="menu">
          <h2>Export</h2>
          {FORMATS.map((format) => (
            <Button key={format.end} label={format.label} onPress={() => void run(() => exportAs(panel, format))} />
          ))}
          <Button label="Copy the matrix as picture" onPress={() => void run(() => copyPicture(panel))} />
          <Checkbox
            label="Matrix in light colours, for print"
            checked={panel.store.view.value.print}
            onChange={(print) => setView(panel.store, { print })}
          />
          <h2>This view</h2>
          {SEEN.map((format) => (
            <Button key={format.label} label={format.label} onPress={() => void run(() => exportAs(panel, format))} />
          ))}
          <Button label="Copy a link to it" icon="link" onPress={() => void run(() => copyLink(panel))} />
          <Button label="Save it as a file…" icon="save" onPress={() => void run(() => saveView(panel))} />
          <p class="note" role="status">
            {words.value || 'Each file says what made it: model, text, layer, head and how the weights were had.'}
          </p>
        </div>
      )}
    </Popover>
  );
}
