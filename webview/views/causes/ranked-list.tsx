/** Words by a number, largest first; choosing one selects its token as key. */
import { useSignal } from '@preact/signals';
import { exact } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import { Button } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

/** Rows in the page; more are a click away. */
const ROWS = 24;

export interface Row {
  readonly name: string;
  readonly value: number;
  /** Token that is selected as key. */
  readonly key: number;
}

export function RankedList({
  what,
  unit,
  rows,
  show,
}: {
  what: string;
  unit: string;
  rows: readonly Row[];
  show: (value: number) => string;
}) {
  const { store } = usePanel();
  const all = useSignal(false);
  return (
    <div class="table-scroll">
      <table class="metrics-table">
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col" aria-sort="descending">
              {unit}
            </th>
          </tr>
        </thead>
        <tbody>
          {(all.value ? rows : rows.slice(0, ROWS)).map(({ name, value, key }) => (
            <tr key={key} class={store.selection.value.key === key ? 'chosen' : ''}>
              <th scope="row">
                <button type="button" class="plain link" dir="auto" onClick={() => select(store, { key })}>
                  {name}
                </button>
              </th>
              <td class="number" title={Number.isNaN(value) ? 'The place that is asked about is itself gone.' : exact(value)}>
                {show(value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all.value && rows.length > ROWS && (
        <Button
          label={`Show all ${rows.length}`}
          onPress={() => {
            all.value = true;
          }}
        />
      )}
    </div>
  );
}
