/** The difference of two heads as files: the map as a figure, and the numbers of both and of their difference. */
import { useSignal } from '@preact/signals';
import { forPrint } from '../../colour/theme.ts';
import { exact, headName } from '../../draw/numbers.ts';
import { field } from '../../export/numbers.ts';
import { type Provenance, provenanceOf } from '../../export/provenance.ts';
import { cellsPng, svgToPng } from '../../export/raster.ts';
import { matrixSvg } from '../../export/svg.ts';
import type { HeadMap, SideBySide } from '../../state/side-by-side.ts';
import { Button } from '../../ui/controls.tsx';
import { type Panel, usePanel } from '../context.ts';
import { differencePaint } from './paint.ts';

/** What made the two maps, and how the difference is counted. */
interface Made {
  readonly difference: 'second − first';
  readonly first: Provenance;
  readonly second: Provenance;
}

async function madeBy({ store }: Panel, { maps: [first, second] }: SideBySide): Promise<Made> {
  const one = ({ session, site, ref }: HeadMap) =>
    provenanceOf(session, { site, heads: [ref], over: null, against: null }, store.view.peek());
  return { difference: 'second − first', first: await one(first), second: await one(second) };
}

/** `headlight-gpt-L3H1-minus-headlight-bert-L3H2` */
function stemOf({ maps }: SideBySide): string {
  const [first, second] = maps.map(({ session, ref }) => `${session.show.model.name}-L${ref.layer + 1}H${ref.head + 1}`);
  return `${second}-minus-${first}`.replace(/[^\p{L}\p{N}.+_-]+/gu, '-');
}

function titleOf({ maps }: SideBySide): string {
  const [first, second] = maps.map(({ session, ref }) => `${session.show.model.name} ${headName(ref.layer, ref.head)}`);
  return `${second} − ${first}`;
}

async function svgOf(panel: Panel, both: SideBySide): Promise<string> {
  const { print, scale } = panel.store.view.peek();
  const theme = print ? forPrint(panel.theme.peek()) : panel.theme.peek();
  const { paint, top } = differencePaint(both, theme, scale);
  return matrixSvg({
    ...{ cells: both.difference, paint, scale, top, rowLabels: both.rowLabels, columnLabels: both.columnLabels },
    ...{ title: titleOf(both), foreground: theme.foreground, background: theme.background, font: theme.font },
    made: await madeBy(panel, both),
    picture: () => cellsPng(both.difference, paint),
  });
}

/** A line a cell: query, key, weight in the first, weight in the second, difference; empty where a run has no such cell. */
async function csvOf(panel: Panel, both: SideBySide): Promise<string> {
  const { rowLabels, columnLabels, cells, difference, missing } = both;
  const lines = [`# ${JSON.stringify(await madeBy(panel, both))}`, 'query,key,first,second,difference'];
  for (const [row, query] of rowLabels.entries()) {
    for (const [column, key] of columnLabels.entries()) {
      const at = row * columnLabels.length + column;
      const [a, b] = [0, 1].map((which) => (missing[which]!(row, column) ? '' : exact(cells[which]!.data[at]!)));
      if (a !== '' || b !== '')
        lines.push([field(query), field(key), a, b, a === '' || b === '' ? '' : exact(difference.data[at]!)].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const FORMATS: readonly {
  readonly end: string;
  readonly label: string;
  readonly make: (panel: Panel, both: SideBySide) => Promise<Uint8Array>;
}[] = [
  { end: 'svg', label: 'SVG', make: async (panel, both) => utf8(await svgOf(panel, both)) },
  { end: 'png', label: 'PNG', make: async (panel, both) => svgToPng(await svgOf(panel, both), 2) },
  { end: 'csv', label: 'CSV', make: async (panel, both) => utf8(await csvOf(panel, both)) },
];

export function SaveDifference({ both }: { both: SideBySide }) {
  const panel = usePanel();
  const said = useSignal('');
  const save = async ({ end, make }: (typeof FORMATS)[number]) => {
    const path = async () => (await panel.host.request('save', { name: `${stemOf(both)}.${end}`, bytes: await make(panel, both) })).path;
    said.value = await path().then(
      (saved) => (saved === null ? 'Not saved.' : `Saved ${saved}`),
      (error: Error) => error.message,
    );
  };
  return (
    <div class="row-tools saves">
      <span class="muted">Save the difference:</span>
      {FORMATS.map((format) => (
        <Button key={format.end} label={format.label} icon="export" onPress={() => void save(format)} />
      ))}
      <span class="note" role="status">
        {said.value}
      </span>
    </div>
  );
}
