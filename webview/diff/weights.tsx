/** The first tab: change by part of the model as bars, and every pair of tensors, the most changed first. */
import { useMemo, useState } from 'preact/hooks';
import type { Compared, Pair, Structure } from '../../model/protocol/diff.ts';
import { Dropdown, TextField } from '../ui/controls.tsx';
import { type ChangedPart, changedParts, differenceOf, findChanged } from './changed.ts';
import { useDiff } from './context.ts';
import { PairDetail } from './detail.tsx';
import { PairList } from './list.tsx';
import { PartBars } from './parts.tsx';
import { rankOf } from './words.ts';

type Order = 'change' | 'delta' | 'file' | 'name';
const ORDERS: readonly { readonly value: Order; readonly label: string }[] = [
  { value: 'change', label: 'relative change' },
  { value: 'delta', label: 'change ‖Δ‖' },
  { value: 'file', label: 'order of the file' },
  { value: 'name', label: 'name' },
];

export function Weights({ structure }: { structure: Structure }) {
  const { results, part, chosen } = useDiff();
  const [words, setWords] = useState('');
  const [order, setOrder] = useState<Order>('change');
  const root = useMemo(() => changedParts(structure.pairs, results.value), [structure, results.value]);
  const within = findChanged(root, part.value);
  const rows = useMemo(
    () => rowsOf(structure.pairs, results.value, within, words, order),
    [structure, results.value, within, words, order],
  );
  if (structure.pairs.length === 0) {
    return (
      <p class="empty">No tensor of one belongs to a tensor of the other: no name, module or values fit. The tab Structure lists them.</p>
    );
  }
  return (
    <div class="diff-weights">
      <PartBars root={root} part={within} />
      <section class="diff-pairs" aria-label="Tensors">
        <div class="row-tools filters">
          <TextField label="Search tensors by name" placeholder="name" value={words} onInput={setWords} />
          <Dropdown label="Order" value={order} choices={ORDERS} onChoose={setOrder} />
          <span class="note number" aria-live="polite">
            {summaryOf(structure.pairs, results.value, rows)}
          </span>
        </div>
        <PairList pairs={structure.pairs} rows={rows} results={results.value} />
        {chosen.value !== null && (
          <PairDetail key={chosen.value} pair={structure.pairs[chosen.value]!} result={results.value.get(chosen.value)} />
        )}
      </section>
    </div>
  );
}

/** Pairs of a part, by their place in the structure. */
function rowsOf(
  pairs: readonly Pair[],
  results: ReadonlyMap<number, Compared>,
  within: ChangedPart,
  words: string,
  order: Order,
): number[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ base, other }: Pair) => wanted.every((word) => `${base.name} ${other.name}`.toLowerCase().includes(word));
  const inside = leavesOf(within);
  const rows = inside.filter((pair) => fits(pairs[pair]!)).sort((a, b) => a - b);
  if (order === 'file') return rows;
  if (order === 'name') return rows.sort((a, b) => collator.compare(pairs[a]!.base.name, pairs[b]!.base.name));
  const rank = order === 'change' ? rankOf : (result: Compared | undefined) => differenceOf(result)?.delta ?? -1;
  return rows.sort((a, b) => rank(results.get(b)) - rank(results.get(a)) || a - b);
}

const collator = new Intl.Collator('en', { numeric: true });

const leavesOf = ({ pair, parts }: ChangedPart): number[] => [...(pair === null ? [] : [pair]), ...parts.flatMap(leavesOf)];

function summaryOf(pairs: readonly Pair[], results: ReadonlyMap<number, Compared>, rows: readonly number[]): string {
  const n = (count: number) => count.toLocaleString('en');
  const known = rows.flatMap((pair) => differenceOf(results.get(pair)) ?? []);
  const equal = known.filter(({ changed }) => changed === 0).length;
  const all = rows.length === pairs.length ? n(rows.length) : `${n(rows.length)} of ${n(pairs.length)}`;
  return `${all} pairs${known.length > 0 ? `, ${equal === known.length ? 'all' : n(equal)} of ${n(known.length)} equal` : ''}`.replace(
    'all of ',
    'all ',
  );
}
