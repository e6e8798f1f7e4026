/**
 * A small table of numbers: typed, or computed. Small by its nature (12 × 12 at most): each cell is a field of a form, or is read out as a cell of a table.
 */
import { useRef, useState } from 'preact/hooks';
import { exact } from '../draw/numbers.ts';
import { MOST, type Problem, pastedAt, pastedTable, resized, type Texts, withCell } from './typed.ts';
import { digits } from './words.ts';

interface Look {
  /** In front of the table and in the names of its cells: `Input x`. */
  readonly title: string;
  readonly rowLabels?: readonly string[];
  readonly columnLabels?: readonly string[];
  /** Cells that the step is about. */
  readonly lit?: (row: number, column: number) => boolean;
}

const nameOf = ({ title, rowLabels, columnLabels }: Look, row: number, column: number): string =>
  `${title}, ${rowLabels?.[row] ?? `row ${row + 1}`}, ${columnLabels?.[column] ?? `column ${column + 1}`}`;

/** Numbers that the page computed; null for those that are still to come. */
export function Shown(
  props: Look & { readonly numbers: readonly (readonly (number | null)[])[]; readonly onCell?: (row: number, column: number) => void },
) {
  const { numbers, lit, onCell } = props;
  return (
    <Frame {...props} rows={numbers.length} columns={numbers[0]?.length ?? 0}>
      {(row, column) => {
        const value = numbers[row]![column] ?? null;
        const words = value === null ? <span class="muted">·</span> : digits(value);
        return (
          <td key={column} class={lit?.(row, column) ? 'lit' : ''} title={value === null ? 'not computed yet' : exact(value)}>
            {onCell && value !== null ? (
              <button type="button" class="plain" tabIndex={-1} onClick={() => onCell(row, column)}>
                {words}
              </button>
            ) : (
              words
            )}
          </td>
        );
      }}
    </Frame>
  );
}

interface TypedProps extends Look {
  readonly texts: Texts;
  readonly problems: readonly Problem[];
  /** Zeros around the numbers, not typed. */
  readonly padding?: number;
  /** `lit` counts with the padding. */
  readonly onChange: (texts: string[][]) => void;
  /** True where a pasted table may bring its own size. */
  readonly free?: boolean;
}

/** Numbers that people type. One stop of the Tab key; arrow keys walk through the cells; a pasted table fills it. */
export function Typed(props: TypedProps) {
  const { texts, problems, onChange, padding = 0, lit, free = false } = props;
  const [rows, columns] = [texts.length, texts[0]?.length ?? 0];
  const body = useRef<HTMLTableElement>(null);
  const [stop, setStop] = useState({ row: 0, column: 0 });
  const at = { row: Math.min(stop.row, rows - 1), column: Math.min(stop.column, columns - 1) };
  const go = (row: number, column: number) => body.current?.querySelector<HTMLInputElement>(`input[data-cell="${row}/${column}"]`)?.focus();
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const table = pastedTable(event.clipboardData?.getData('text') ?? '');
    if (!table) return;
    event.preventDefault();
    onChange(free ? sized(table) : pastedAt(texts, row, column, table));
  };
  return (
    <Frame {...props} of={body} rows={rows + 2 * padding} columns={columns + 2 * padding}>
      {(r, c) => {
        const [row, column] = [r - padding, c - padding];
        const className = lit?.(r, c) ? 'lit' : '';
        if (texts[row]?.[column] === undefined)
          return (
            <td key={c} class={`zero ${className}`}>
              0
            </td>
          );
        const wrong = problems.some((one) => one.row === row && one.column === column);
        return (
          <td key={c} class={className}>
            <input
              type="text"
              inputMode="decimal"
              autocomplete="off"
              spellcheck={false}
              data-cell={`${row}/${column}`}
              aria-label={nameOf(props, row, column)}
              aria-invalid={wrong}
              tabIndex={row === at.row && column === at.column ? 0 : -1}
              value={texts[row]![column]!}
              onFocus={(event) => {
                setStop({ row, column });
                event.currentTarget.select();
              }}
              onInput={(event) => onChange(withCell(texts, row, column, event.currentTarget.value))}
              onPaste={(event) => paste(event, row, column)}
              onKeyDown={(event) => {
                const to = target(event, row, column);
                if (to && to[0] >= 0 && to[0] < rows && to[1] >= 0 && to[1] < columns) {
                  event.preventDefault();
                  go(...to);
                }
                event.stopPropagation();
              }}
            />
          </td>
        );
      }}
    </Frame>
  );
}

/** A pasted table in its own size, as far as there is room. */
function sized(table: Texts): string[][] {
  const columns = Math.max(...table.map((row) => row.length));
  return resized(table, Math.min(MOST, table.length), Math.min(MOST, columns));
}

/** Where a key leads; left and right only from the ends of what is typed. */
function target(event: KeyboardEvent, row: number, column: number): [number, number] | null {
  const { selectionStart, selectionEnd, value } = event.currentTarget as HTMLInputElement;
  const whole = selectionStart === 0 && selectionEnd === value.length;
  if (event.key === 'ArrowDown' || event.key === 'Enter') return [row + 1, column];
  if (event.key === 'ArrowUp') return [row - 1, column];
  if (event.key === 'ArrowLeft' && (whole || selectionEnd === 0)) return [row, column - 1];
  if (event.key === 'ArrowRight' && (whole || selectionStart === value.length)) return [row, column + 1];
  return null;
}

interface FrameProps extends Look {
  readonly rows: number;
  readonly columns: number;
  readonly of?: { readonly current: HTMLTableElement | null };
  readonly children: (row: number, column: number) => preact.JSX.Element;
}

function Frame({ title, rowLabels, columnLabels, rows, columns, of, children }: FrameProps) {
  return (
    <table class="small-table" ref={of ?? null}>
      <caption>{title}</caption>
      {columnLabels && (
        <thead>
          <tr>
            {rowLabels && <td />}
            {Array.from({ length: columns }, (_, column) => (
              <th scope="col" key={column}>
                {columnLabels[column]}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {rowLabels && <th scope="row">{rowLabels[row]}</th>}
            {Array.from({ length: columns }, (_, column) => children(row, column))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
