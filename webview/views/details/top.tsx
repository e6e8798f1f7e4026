/** The largest weights of a row with their bars. What is listed, what is left out and the sum add up. */

import { useSignal } from '@preact/signals';
import { exact, weightWords } from '../../draw/numbers.ts';
import type { Answers } from '../../state/answers.ts';
import { largest } from '../../state/largest.ts';
import { select } from '../../state/select.ts';
import { usePanel } from '../context.ts';

const SHOWN = 8;
const ALL = 200;

export function TopKeys(props: Answers & { signed: boolean; onChoose: 'query' | 'key' }) {
  const { row, names, unit, tokenAt, signed, onChoose } = props;
  const { store } = usePanel();
  const all = useSignal(false);
  const top = largest(row, all.value ? ALL : SHOWN);
  const sum = row.reduce((a, b) => a + b, 0);
  const listed = top.reduce((a, i) => a + row[i]!, 0);
  const rest = row.reduce((n, w) => n + (w === 0 ? 0 : 1), 0) - top.length;
  const longest = Math.max(1e-30, ...top.map((i) => Math.abs(row[i]!)), signed ? 0 : 1);
  return (
    <ul class="top">
      {top.map((i, rank) => (
        <li key={rank}>
          <button
            type="button"
            class="line"
            title={`${names(i)} (${unit} ${i + 1}): ${exact(row[i]!)}`}
            aria-pressed={store.selection.value[onChoose] === tokenAt(i)}
            onClick={() => select(store, { [onChoose]: tokenAt(i) })}
            onPointerEnter={() => {
              const token = tokenAt(i);
              store.pointed.value = onChoose === 'key' ? { query: store.selection.peek().query, key: token } : { query: token, key: null };
            }}
            onPointerLeave={() => {
              store.pointed.value = { query: null, key: null };
            }}
          >
            <span class="name" dir="auto">
              {names(i)}
            </span>
            <span class="bar">
              <span class={row[i]! < 0 ? 'minus' : ''} style={{ width: `${(100 * Math.abs(row[i]!)) / longest}%` }} />
            </span>
            <span class="number">{weightWords(row[i]!)}</span>
          </button>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <button
            type="button"
            class="line muted"
            onClick={() => {
              all.value = true;
            }}
            disabled={all.value}
          >
            <span class="name">{rest} more</span>
            <span class="bar" />
            <span class="number">{weightWords(sum - listed)}</span>
          </button>
        </li>
      )}
      <li class="line sum" title={exact(sum)}>
        <span class="name">sum</span>
        <span class="bar" />
        <span class="number">{weightWords(sum)}</span>
      </li>
    </ul>
  );
}
