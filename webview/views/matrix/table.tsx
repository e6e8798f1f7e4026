/** The numbers as a table. Large maps show the part around the selection, so that the page stays light. */
import { weightWords } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { usePanel } from '../context.ts';

/** Most rows and columns in the page at once. */
const MOST = 40;

/** First of at most `MOST` places around `at`. */
function windowAround(at: number, count: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.min(at - MOST / 2, count - MOST));
  return { from, to: Math.min(count, from + MOST) };
}

export function MatrixTable({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const { query, key } = store.selection.value;
  const { cells, rows, columns } = shown;
  const row = Math.max(0, query === null ? 0 : (rows.placeOf[query] ?? 0));
  const column = Math.max(0, key === null ? 0 : (columns.placeOf[key] ?? 0));
  const [down, across] = [windowAround(row, cells.rows), windowAround(column, cells.columns)];
  const acrossPlaces = Array.from({ length: across.to - across.from }, (_, i) => across.from + i);
  const part = down.to - down.from < cells.rows || across.to - across.from < cells.columns;
  return (
    <section
      class="table-box"
      aria-label="Weights as a table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table>
        <caption>
          Rows ask (query), columns answer (key)
          {part &&
            `; rows ${down.from + 1}–${down.to} of ${cells.rows}, columns ${across.from + 1}–${across.to} of ${cells.columns}, around the selection`}
        </caption>
        <thead>
          <tr>
            <td />
            {acrossPlaces.map((c) => (
              <th key={c} scope="col" class={c === column ? 'chosen' : ''}>
                {columns.labels[c]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: down.to - down.from }, (_, i) => down.from + i).map((r) => (
            <tr key={r} class={r === row && query !== null ? 'chosen' : ''}>
              <th scope="row">
                <button type="button" class="plain" onClick={() => select(store, { query: rows.groups[r]![0]! })}>
                  {rows.labels[r]}
                </button>
              </th>
              {acrossPlaces.map((c) => (
                <td key={c} class="number">
                  {weightWords(cells.data[r * cells.columns + c]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
