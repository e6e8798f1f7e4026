/** Pairs of tensors, a row each; only the rows in view are in the page. */
import { useEffect, useState } from 'preact/hooks';
import type { Compared, Pair } from '../../model/protocol/diff.ts';
import { short } from '../draw/numbers.ts';
import { Share } from '../page/overview/share.tsx';
import { shownRange } from '../page/tensors/rows.ts';
import { useSize } from '../ui/hooks.ts';
import { differenceOf, relative } from './changed.ts';
import { useDiff } from './context.ts';
import { changeWords, pairWords } from './words.ts';

/** Height of a row in pixels; the style sheet has the same. */
const ROW = 40;

interface ListProps {
  readonly pairs: readonly Pair[];
  readonly rows: readonly number[];
  readonly results: ReadonlyMap<number, Compared>;
}

export function PairList({ pairs, rows, results }: ListProps) {
  const { chosen } = useDiff();
  const [ref, { height }] = useSize<HTMLDivElement>();
  const [top, setTop] = useState(0);
  const at = chosen.value === null ? -1 : rows.indexOf(chosen.value);
  const { from, to } = shownRange(rows.length, top, height, ROW);
  const longest = Math.max(0, ...rows.map((row) => shareOf(results.get(row)) ?? 0));
  useEffect(() => {
    const list = ref.current;
    if (!list || at < 0) return;
    if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
    else if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
  }, [ref, chosen.value]);
  const step = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / ROW) - 1);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || rows.length === 0) return;
    event.preventDefault();
    chosen.value = rows[Math.min(rows.length - 1, Math.max(0, next))]!;
  };
  return (
    <div
      ref={ref}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-label="Pairs of tensors"
      aria-activedescendant={at >= from && at < to ? `pair-${rows[at]}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={step}
    >
      <div role="presentation" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <Row key={row} pair={row} facts={pairs[row]!} result={results.get(row)} index={from + i} of={rows.length} longest={longest} />
        ))}
      </div>
    </div>
  );
}

function shareOf(result: Compared | undefined): number | null {
  const difference = differenceOf(result);
  return difference && relative(difference.delta, difference.baseNorm);
}

interface RowProps {
  readonly pair: number;
  readonly facts: Pair;
  readonly result: Compared | undefined;
  readonly index: number;
  readonly of: number;
  readonly longest: number;
}

function Row({ pair, facts, result, index, of, longest }: RowProps) {
  const { chosen } = useDiff();
  const difference = differenceOf(result);
  const share = shareOf(result);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
    <div
      id={`pair-${pair}`}
      class={chosen.value === pair ? 'row chosen' : 'row'}
      role="option"
      aria-selected={chosen.value === pair}
      aria-posinset={index + 1}
      aria-setsize={of}
      title={facts.base.name}
      style={{ transform: `translateY(${index * ROW}px)` }}
      onClick={() => {
        chosen.value = pair;
      }}
    >
      <span class="pair-name">
        <span class="name">{facts.base.name}</span>
        <span class="number facts-line">{pairWords(facts, result)}</span>
      </span>
      <span class="pair-change">
        <Share of={share !== null && longest > 0 ? share / longest : 0} />
        <span class="number">
          {difference ? changeWords(share) : result ? 'not compared' : '…'}
          {difference && difference.delta > 0 && <span class="size">‖Δ‖ {short(difference.delta)}</span>}
        </span>
      </span>
    </div>
  );
}
