/** How a number came about: the terms that were multiplied and added, so that it adds up before the eyes. */
import type { Arithmetic } from '../../../model/protocol/walk.ts';
import { exact, short } from '../../draw/numbers.ts';
import { IconButton } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { type Cell, numberWords } from './grid.tsx';

export interface ArithmeticProps {
  readonly section: number;
  readonly step: string;
  readonly cell: Cell;
  /** What the number is called: `keys, column 12`. */
  readonly name: string;
  readonly onClose: () => void;
}

export function ArithmeticCard({ section, step, cell, name, onClose }: ArithmeticProps) {
  const { store, walks } = usePanel();
  const session = store.session.value!;
  const { head } = store.selection.value;
  const { row, column } = cell;
  const key = [session.run.run, section, step, head, row, column].join('/');
  const { now, last } = useAnswer(key, () => walks.of(session).arithmetic({ section, step, head, row, column }));
  return (
    <div class="arithmetic" role="status">
      <div class="row-tools">
        <strong class="grow">How {name} came about</strong>
        <IconButton label="Close the arithmetic" icon="close" onPress={onClose} />
      </div>
      {now.state === 'failed' ? <p>{now.error.message}</p> : last && <Terms arithmetic={last} />}
    </div>
  );
}

/** The terms as a table, what they lead to, and what the run has. */
export function Terms({ arithmetic }: { readonly arithmetic: Arithmetic }) {
  const { columns, rows, notes, formula, value, result, terms } = arithmetic;
  return (
    <>
      <p class="formula">{formula}</p>
      <table class="check-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((number, j) => (
                <td class="number" key={columns[j]} title={exact(number)}>
                  {Number.isInteger(number) ? number : number < -1e30 ? '−∞' : short(number)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="facts">
        {notes.map(({ name, value: number }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={exact(number)}>{short(number)}</dd>
          </div>
        ))}
        <div class="result">
          <dt>{terms > 1 ? `= together, ${terms} numbers` : '='}</dt>
          <dd>{numberWords(result)}</dd>
        </div>
        <div>
          <dt>the run has</dt>
          <dd>{numberWords(value)}</dd>
        </div>
      </dl>
    </>
  );
}
