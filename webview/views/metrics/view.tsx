/** Every head's metrics: a table to sort, a chart over the layers, and the heads that link two chosen tokens. */
import { useSignal } from '@preact/signals';
import { metrics as definitions } from '../../../model/metrics/index.ts';
import { exact, headName } from '../../draw/numbers.ts';
import { METRICS } from '../../state/measures.ts';
import { headsOf, select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { type HeadRef, headKey, sameHead } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { LayerChart } from '../details/chart.tsx';
import { LinkSearch } from '../details/links.tsx';

/** Rows in the page; more are a click away. */
const ROWS = 60;

export function MetricsView({ shown }: { shown: Shown }) {
  const { store, measures, measuring } = usePanel();
  const session = store.session.value!;
  const { sort } = store.view.value;
  const all = useSignal(false);
  const kind = shown.site.kind;
  const metric = METRICS.find((m) => m.id === sort) ?? METRICS[0]!;
  const value = (ref: HeadRef) => measures.value.get(headKey(ref))?.[metric.id] ?? Number.NEGATIVE_INFINITY;
  const heads = headsOf(session, kind).filter((h) => measures.value.has(headKey(h)));
  const sorted = sort === 'layer' ? heads : [...heads].sort((a, b) => value(b) - value(a));
  const { heads: done, of } = measuring.done.value;
  const defined = definitions.find(({ id }) => id === metric.id);
  return (
    <div class="metrics-view drawing">
      <div class="row-tools">
        <Dropdown
          label="Order of the heads"
          value={sort}
          choices={[{ value: 'layer', label: 'by layer' }, ...METRICS.map((m) => ({ value: m.id, label: `by ${m.name}` }))]}
          onChoose={(sort) => setView(store, { sort })}
        />
        <CsvButton heads={sorted} />
      </div>
      <p class="note">
        {defined?.definition}
        {done < of ? ` Measured ${done} of ${of} heads.` : ''}
        <code class="formula">{defined?.formula}</code>
      </p>
      <h3>{metric.name} over the layers</h3>
      <LayerChart metric={metric} />
      <p class="note">A dot is a head, the large one the chosen head, the line the mean of a layer.</p>
      <details class="link-search">
        <summary class="link">Heads that link two words</summary>
        <LinkSearch shown={shown} />
      </details>
      <Table heads={all.value ? sorted : sorted.slice(0, ROWS)} />
      {!all.value && sorted.length > ROWS && (
        <Button
          label={`Show all ${sorted.length} heads`}
          onPress={() => {
            all.value = true;
          }}
        />
      )}
    </div>
  );
}

function Table({ heads }: { heads: readonly HeadRef[] }) {
  const { store, measures } = usePanel();
  const known = METRICS.filter((m) => heads.some((h) => Number.isFinite(measures.value.get(headKey(h))?.[m.id])));
  const { sort } = store.view.value;
  return (
    <section class="table-scroll" aria-label="Metrics of every head">
      <table class="metrics-table">
        <thead>
          <tr>
            <th scope="col" aria-sort={sort === 'layer' ? 'ascending' : 'none'}>
              <button type="button" class="plain" onClick={() => setView(store, { sort: 'layer' })}>
                head
              </button>
            </th>
            {known.map((m) => (
              <th key={m.id} scope="col" title={m.title} aria-sort={sort === m.id ? 'descending' : 'none'}>
                <button type="button" class="plain" onClick={() => setView(store, { sort: m.id })}>
                  {m.name}
                  {sort === m.id ? ' ↓' : ''}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heads.map((ref) => (
            <Row key={headKey(ref)} head={ref} metrics={known} chosen={sameHead(ref, store.selection.value)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ head, metrics, chosen }: { head: HeadRef; metrics: typeof METRICS; chosen: boolean }) {
  const { store, measures } = usePanel();
  const values = measures.value.get(headKey(head)) ?? {};
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" class="plain link" onClick={() => select(store, head)}>
          {headName(head.layer, head.head)}
        </button>
      </th>
      {metrics.map((m) => (
        <td key={m.id} class="number" title={exact(values[m.id] ?? Number.NaN)}>
          {Number.isFinite(values[m.id]) ? m.show(values[m.id]!) : '–'}
        </td>
      ))}
    </tr>
  );
}

function CsvButton({ heads }: { heads: readonly HeadRef[] }) {
  const { measures, host, store } = usePanel();
  const save = () => {
    const lines = heads.map((h) =>
      [h.kind, h.layer + 1, h.head + 1, ...METRICS.map((m) => exact(measures.peek().get(headKey(h))?.[m.id] ?? Number.NaN))].join(','),
    );
    const text = [['kind', 'layer', 'head', ...METRICS.map((m) => m.id)].join(','), ...lines, ''].join('\n');
    const name = `${store.session.peek()?.show.model.name ?? 'model'}-metrics.csv`;
    void host.request('save', { name, bytes: new TextEncoder().encode(text) });
  };
  return <Button label="CSV" icon="export" onPress={save} />;
}
