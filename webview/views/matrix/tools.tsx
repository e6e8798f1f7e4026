/** What is shown in the matrix: special tokens, words, threshold, order of the keys, table. */
import { REGROUP_RULE } from '../../../model/text/regroup.ts';
import { exact, short } from '../../draw/numbers.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Dropdown, IconButton } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

const THRESHOLDS = ['0', '0.001', '0.01', '0.05', '0.1', '0.25'] as const;

/** Tab-separated, queries down, keys across. */
function tableText({ cells, rows, columns }: Shown): string {
  const lines = rows.labels.map((label, row) =>
    [label, ...Array.from(cells.data.subarray(row * cells.columns, (row + 1) * cells.columns), exact)].join('\t'),
  );
  return [['query \\ key', ...columns.labels].join('\t'), ...lines].join('\n');
}

export function MatrixTools({ shown }: { shown: Shown }) {
  const { store, host } = usePanel();
  const view = store.view.value;
  return (
    <div class="row-tools matrix-tools">
      <MapChoices shown={shown} />
      <Dropdown
        label="Weights below this are not drawn"
        value={String(view.threshold)}
        choices={THRESHOLDS.map((t) => ({ value: t, label: t === '0' ? 'all weights' : `from ${short(Number(t))}` }))}
        onChoose={(t) => setView(store, { threshold: Number(t) })}
      />
      <Dropdown
        label="Order of the keys"
        value={view.columns}
        choices={[
          { value: 'order', label: 'keys in order' },
          { value: 'weight', label: 'heaviest keys first' },
          { value: 'similar', label: 'similar keys together' },
        ]}
        onChoose={(columns) => setView(store, { columns })}
      />
      {view.table && (
        <IconButton
          label="Copy the whole table, full precision"
          icon="copy"
          onPress={() => void host.request('copy', { text: tableText(shown) })}
        />
      )}
      <IconButton
        label={view.table ? 'Show the picture' : 'Show the numbers as a table (t)'}
        icon={view.table ? 'graph-scatter' : 'table'}
        pressed={view.table}
        onPress={() => setView(store, { table: !view.table })}
      />
    </div>
  );
}

/** Special tokens and words: choices that every map view has. */
export function MapChoices({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const { specials, grouping } = store.view.value;
  const any = [...shown.queries.tokens, ...shown.keys.tokens];
  return (
    <>
      {any.some((t) => t.special) && (
        <Dropdown
          label="Special tokens"
          value={specials}
          choices={[
            { value: 'show', label: 'special tokens shown' },
            { value: 'hide', label: 'special tokens hidden' },
            { value: 'hide-and-say', label: 'hidden, mass as bars' },
          ]}
          onChoose={(specials) => setView(store, { specials })}
        />
      )}
      {any.some((t) => t.word !== null) && (
        <Dropdown
          label={`What a row or column stands for. ${REGROUP_RULE}`}
          value={grouping}
          choices={[
            { value: 'token', label: 'tokens' },
            { value: 'word', label: 'whole words' },
            { value: 'line', label: 'lines' },
            { value: 'sentence', label: 'sentences' },
          ]}
          onChoose={(grouping) => setView(store, { grouping })}
        />
      )}
    </>
  );
}
