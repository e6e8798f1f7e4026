/** A list of any length: only the rows in view are in the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { shortType } from '../../../model/explore/types.ts';
import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { shortSize } from '../../../model/sizes.ts';
import { useSize } from '../../ui/hooks.ts';
import { shownRange } from './rows.ts';

/** Height of a row in pixels; the style sheet has the same. */
const ROW = 40;

export function TensorList(props: {
  readonly rows: readonly TensorRow[];
  readonly chosen: TensorRow | null;
  readonly onChoose: (row: TensorRow) => void;
}) {
  const { rows, chosen, onChoose } = props;
  const [ref, { height }] = useSize<HTMLDivElement>();
  const [top, setTop] = useState(0);
  const at = chosen ? rows.indexOf(chosen) : -1;
  useRevealed(ref, at, rows.length);
  const { from, to } = shownRange(rows.length, top, height, ROW);
  const step = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / ROW) - 1);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || rows.length === 0) return;
    event.preventDefault();
    onChoose(rows[Math.min(rows.length - 1, Math.max(0, next))]!);
  };
  return (
    <div
      ref={ref}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-label="Tensors"
      aria-activedescendant={at >= from && at < to ? `tensor-${at}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={step}
    >
      <div role="presentation" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <Row key={row.name} row={row} index={from + i} of={rows.length} chosen={from + i === at} onChoose={onChoose} />
        ))}
      </div>
    </div>
  );
}

/** Scrolls just so far that the chosen row is seen, when it is chosen or its place changes. */
function useRevealed(ref: { readonly current: HTMLDivElement | null }, at: number, count: number): void {
  const last = useRef(-2);
  useEffect(() => {
    const list = ref.current;
    if (!list || at < 0 || last.current === at) return;
    last.current = at;
    if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
    else if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
  }, [ref, at, count]);
}

function Row(props: { row: TensorRow; index: number; of: number; chosen: boolean; onChoose: (row: TensorRow) => void }) {
  const { row, index, of, chosen, onChoose } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
    <div
      id={`tensor-${index}`}
      class={chosen ? 'row chosen' : 'row'}
      role="option"
      aria-selected={chosen}
      aria-posinset={index + 1}
      aria-setsize={of}
      title={row.name}
      style={{ transform: `translateY(${index * ROW}px)` }}
      onClick={() => onChoose(row)}
    >
      <span class="name">{row.name}</span>
      <span class="number facts-line">
        {shortType(row.dtype)} {row.shape.length > 0 ? row.shape.join(' × ') : 'scalar'} <span class="size">{shortSize(row.bytes)}</span>
      </span>
    </div>
  );
}
