/** Two distributions side by side: what each says of the likeliest answers of both. */
import { sharesOf } from '../../../model/predictions/shares.ts';
import { exact } from '../../draw/numbers.ts';
import { isOfTokens } from '../predict/answer.tsx';
import { useNames } from '../predict/hooks.ts';
import { probabilityWords } from '../predict/shares.tsx';
import type { Question } from './question.tsx';

const TOP = 6;

export function BeforeAfter(props: { question: Question; before: Float32Array; after: Float32Array; changed: boolean }) {
  const { question, before, after, changed } = props;
  const asked = [question.answer, question.against].filter((id) => id !== null);
  const [first, second] = [sharesOf(before, TOP), sharesOf(after, TOP)];
  const ids = [...new Set([...first.top, ...second.top].map(({ id }) => id).concat(asked))];
  const { nameOf } = useNames(isOfTokens(question.task) ? ids : []);
  const name = isOfTokens(question.task) ? nameOf : question.nameOf;
  const rows = ids.map((id) => {
    const [was, is] = [Math.exp(before[id]! - first.logSum), Math.exp(after[id]! - second.logSum)];
    return { id, was, is, bits: (after[id]! - second.logSum - before[id]! + first.logSum) / Math.LN2 };
  });
  rows.sort((a, b) => Math.max(b.was, b.is) - Math.max(a.was, a.is));
  return (
    <div class="table-scroll">
      <table class="before-after">
        <thead>
          <tr>
            <th scope="col">{isOfTokens(question.task) ? 'token' : 'class'}</th>
            <th scope="col">before</th>
            {changed && <th scope="col">after</th>}
            {changed && (
              <th scope="col" title="log₂(after ÷ before): −1 is half as likely, +1 twice as likely">
                change, bits
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, was, is, bits }) => (
            <tr key={id} class={id === question.answer ? 'chosen' : ''}>
              <th scope="row" dir="auto">
                {name(id)}
              </th>
              <Share value={was} />
              {changed && <Share value={is} />}
              {changed && (
                <td class="number" title={exact(bits)}>
                  {bits > 0 ? '+' : bits < 0 ? '−' : ''}
                  {Math.abs(bits).toFixed(2)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Share({ value }: { value: number }) {
  return (
    <td title={exact(value)}>
      <span class="share">
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${100 * value}%` }} />
        </span>
        <span class="number">{probabilityWords(value)}</span>
      </span>
    </td>
  );
}
