/** The numbers of a picture as a table: those around the selection, so that the page stays light. */
import type { ComponentChildren } from 'preact';
import { exact } from '../../draw/numbers.ts';
import { usePanel } from '../context.ts';

/** A picture, or behind the key t its numbers. */
export function Numbered({ numbers, children }: { numbers: () => Numbers; children: ComponentChildren }) {
  const { store } = usePanel();
  return store.view.value.table ? <NumbersTable numbers={numbers()} /> : <>{children}</>;
}

export interface Numbers {
  readonly caption: string;
  readonly rows: number;
  readonly columns: number;
  readonly row: (row: number) => string;
  readonly column: (column: number) => string;
  readonly value: (row: number, column: number) => number;
  readonly chosenRow: number | null;
  readonly chosenColumn: number | null;
}

const MOST = 40;

function around(at: number | null, count: number): number[] {
  const from = Math.max(0, Math.min((at ?? 0) - MOST / 2, count - MOST));
  return Array.from({ length: Math.min(count, MOST) }, (_, i) => from + i);
}

function NumbersTable({ numbers }: { numbers: Numbers }) {
  const { caption, rows, columns, row, column, value, chosenRow, chosenColumn } = numbers;
  const [down, across] = [around(chosenRow, rows), around(chosenColumn, columns)];
  const part = rows > MOST || columns > MOST;
  return (
    <section
      class="table-box"
      aria-label="Numbers of the picture"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table>
        <caption>
          {caption}
          {part && `; rows ${down[0]! + 1}–${down.at(-1)! + 1} of ${rows}, columns ${across[0]! + 1}–${across.at(-1)! + 1} of ${columns}`}
        </caption>
        <thead>
          <tr>
            <td />
            {across.map((c) => (
              <th key={c} scope="col" class={c === chosenColumn ? 'chosen' : ''}>
                {column(c)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {down.map((r) => (
            <tr key={r} class={r === chosenRow ? 'chosen' : ''}>
              <th scope="row">{row(r)}</th>
              {across.map((c) => (
                <td key={c} class="number">
                  {Number.isFinite(value(r, c)) ? exact(value(r, c)) : '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Lines over the same xs as a table: a row for each x, a column for each line. */
export function linesAsNumbers(
  caption: string,
  xs: ArrayLike<number>,
  names: readonly string[],
  value: (row: number, line: number) => number,
): Numbers {
  return {
    ...{ caption, value, rows: xs.length, columns: names.length, chosenRow: null, chosenColumn: null },
    row: (row) => String(xs[row]),
    column: (column) => names[column]!,
  };
}
