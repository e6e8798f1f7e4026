/** q, k, q∘k and the scores of a query against the keys, dimension by dimension, so that score → softmax → weight adds up before the eyes. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { HeadScores, HeadVectors } from '../../../model/protocol/engine.ts';
import { exact, headWords, short } from '../../draw/numbers.ts';
import { tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { Term } from '../../ui/term.tsx';
import { usePanel } from '../context.ts';
import { type Column, drawNeurons, HEAD, type NeuronsPicture, ROW, spotAt } from './draw.ts';
import { byContribution, keySum, largestOf, products } from './sums.ts';

export function NeuronsView({ shown }: { shown: Shown }) {
  const { maps, store } = usePanel();
  const [head] = shown.heads;
  const vectors = head && maps.value?.vectors(head).value;
  const scores = head && maps.value?.scores(head).value;
  if (shown.over) return <p class="note inset">Rollout and flow join many heads: choose one head to see its queries and keys.</p>;
  if (!head || !vectors || vectors.state === 'loading') return <p class="note inset">The queries and keys are on their way.</p>;
  if (vectors.state === 'failed') return <p class="note inset">{vectors.error.message}</p>;
  if (store.selection.value.query === null) return <p class="note inset">Choose a query token to see its numbers.</p>;
  return <Neurons shown={shown} vectors={vectors.value} scores={scores?.state === 'ready' ? scores.value : null} />;
}

function Neurons({ shown, vectors, scores }: { shown: Shown; vectors: HeadVectors; scores: HeadScores | null }) {
  const { store } = usePanel();
  const [head] = shown.heads;
  const { neurons } = store.view.value;
  const weights = shown.each[0]!;
  const query = store.selection.value.query!;
  const order = useMemo(
    () =>
      neurons === 'position'
        ? Array.from({ length: vectors.headDim }, (_, d) => d)
        : byContribution(vectors, weights, shown.keys.count, query),
    [vectors, weights, query, neurons, shown],
  );
  const columns = columnsOf(vectors, scores);
  return (
    <div class="neurons-view drawing">
      <div class="row-tools">
        <Dropdown
          label="Order of the dimensions"
          value={neurons}
          choices={[
            { value: 'position', label: 'dimensions in order' },
            { value: 'contribution', label: 'largest share first' },
          ]}
          onChoose={(neurons) => setView(store, { neurons })}
        />
        {shown.heads.length > 1 && <span class="muted">{headWords(head!.layer, head!.head)} only</span>}
      </div>
      <Strips shown={shown} vectors={vectors} scores={scores} weights={weights} query={query} order={order} columns={columns} />
      <p class="note">
        <Term id="weight">weight</Term> = <Term id="softmax">softmax</Term> over the keys of <Term id="score">score</Term>; score ={' '}
        <Term id="query">q</Term>·<Term id="key">k</Term> {vectors.scale === null ? '(scaled in the graph)' : `× ${short(vectors.scale)}`}
        {columns.some((c) => c.title === '+ mask') ? ' + mask and position bias' : ''}. q and k are those after positional rotation, where
        the model has one.
        {shown.site.softcap === null ? '' : ` Scores are capped at ±${short(shown.site.softcap)}.`}
      </p>
    </div>
  );
}

/** The columns for which this run has numbers. */
function columnsOf(vectors: HeadVectors, scores: HeadScores | null): Column[] {
  return [
    { title: 'q·k', of: (s) => s.dot },
    ...(vectors.scale === null ? [] : [{ title: '× scale', of: (s: { scaled: number | null }) => s.scaled }]),
    ...(vectors.scale === null || !scores ? [] : [{ title: '+ mask', of: (s: { added: number | null }) => s.added }]),
    ...(scores ? [{ title: '= score', of: (s: { score: number | null }) => s.score }] : []),
    { title: 'weight', of: (s) => s.weight },
  ];
}

interface StripsProps {
  readonly shown: Shown;
  readonly vectors: HeadVectors;
  readonly scores: HeadScores | null;
  readonly weights: Float32Array;
  readonly query: number;
  readonly order: readonly number[];
  readonly columns: readonly Column[];
}

interface Spot {
  readonly key: number | null;
  readonly dimension: number | null;
}

/** What the canvas draws, at a scroll offset and a size. */
function usePicture(props: StripsProps, size: { readonly width: number; readonly height: number }, scroll: number): NeuronsPicture {
  const { store, theme } = usePanel();
  const { shown, vectors, scores, weights, query, order, columns } = props;
  const keys = shown.keys.count;
  const tops = useMemo(() => topsOf(vectors, query, keys), [vectors, query, keys]);
  return {
    theme: theme.value,
    ...size,
    vectors,
    query,
    queryLabel: tokenLabel(shown.queries, query),
    keyLabels: (key) => tokenLabel(shown.keys, key),
    order,
    scroll,
    keys,
    sum: (key) => keySum(vectors, scores, weights, keys, query, key),
    columns,
    chosen: store.selection.value.key,
    tops,
  };
}

/** Scrolls as far as a key needs to be seen under the heading. */
function bringIntoView(box: HTMLElement, key: number, height: number): void {
  box.scrollTop = Math.min(key * ROW, Math.max(box.scrollTop, (key + 1) * ROW - (height - HEAD)));
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Arrow keys choose a key and scroll it into the box. */
function useSteps(box: { readonly current: HTMLElement | null }, keys: number, height: number) {
  const { store } = usePanel();
  return (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step || !box.current) return;
    const to = Math.min(keys - 1, Math.max(0, (store.selection.peek().key ?? -1) + step));
    select(store, { key: to });
    bringIntoView(box.current, to, height);
    event.preventDefault();
  };
}

function usePointer(box: { readonly current: HTMLElement | null }, picture: NeuronsPicture, spot: Signal<Spot>) {
  const { store } = usePanel();
  const at = (event: MouseEvent): Spot => {
    const edge = box.current!.getBoundingClientRect();
    return spotAt(picture, event.clientX - edge.left, event.clientY - edge.top);
  };
  return {
    onPointerMove: (event: PointerEvent) => {
      const now = at(event);
      if (now.key !== spot.peek().key || now.dimension !== spot.peek().dimension) spot.value = now;
    },
    onClick: (event: MouseEvent) => {
      const { key } = at(event);
      if (key !== null) select(store, { key });
    },
  };
}

function Strips(props: StripsProps) {
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroll = useSignal(0);
  const spot = useSignal<Spot>({ key: null, dimension: null });
  const picture = usePicture(props, size, scroll.value);
  const { keys, sum, chosen } = picture;
  const { shown, vectors, query, columns } = props;
  // A key that is chosen elsewhere is seen here, in the middle where there is room.
  useEffect(() => {
    if (!box.current || chosen === null || size.height <= HEAD) return;
    const seen = box.current.scrollTop <= chosen * ROW && (chosen + 1) * ROW <= box.current.scrollTop + size.height - HEAD;
    if (!seen) box.current.scrollTop = (chosen + 0.5) * ROW - (size.height - HEAD) / 2;
  }, [chosen, size.height]);
  useDraw(() => {
    if (canvas.current && size.width > 60) drawNeurons(canvas.current, picture);
  });
  return (
    <>
      <div
        ref={box as { current: HTMLDivElement }}
        class="neurons-box"
        role="listbox"
        tabIndex={0}
        aria-label="Keys. Arrow keys choose a key."
        aria-activedescendant="chosen-key"
        onScroll={(event) => {
          scroll.value = event.currentTarget.scrollTop;
        }}
        {...usePointer(box, picture, spot)}
        onKeyDown={useSteps(box, keys, size.height)}
      >
        <canvas ref={canvas} class="sticky" />
        <div style={{ height: `${Math.max(0, keys * ROW + HEAD - size.height)}px` }} />
        <div
          class="unseen"
          role="option"
          tabIndex={-1}
          id="chosen-key"
          aria-selected="true"
          aria-posinset={(chosen ?? 0) + 1}
          aria-setsize={keys}
        >
          {sumWords(shown, columns, sum(chosen ?? 0), chosen ?? 0)}
        </div>
      </div>
      <SpotWords shown={shown} vectors={vectors} query={query} spot={spot.value} fallback={chosen} columns={columns} sum={sum} />
    </>
  );
}

function topsOf(vectors: HeadVectors, query: number, keys: number): NeuronsPicture['tops'] {
  const { q, k, headDim: d } = vectors;
  let qk = 1e-30;
  for (let key = 0; key < keys; key++) qk = Math.max(qk, largestOf(products(vectors, query, key)));
  return { q: largestOf(q, query * d, (query + 1) * d), k: largestOf(k), qk };
}

type Sum = ReturnType<typeof keySum>;

const sumWords = (shown: Shown, columns: readonly Column[], sum: Sum, key: number): string =>
  `${tokenLabel(shown.keys, key)}: ${columns.map((c) => `${c.title} ${c.of(sum) === null ? 'unknown' : short(c.of(sum)!)}`).join(', ')}`;

/** The numbers under the pointer, with all their digits. */
function SpotWords(props: {
  shown: Shown;
  vectors: HeadVectors;
  query: number;
  spot: Spot;
  fallback: number | null;
  columns: readonly Column[];
  sum: (key: number) => Sum;
}) {
  const { shown, vectors, query, spot, columns } = props;
  const key = spot.key ?? props.fallback;
  const { q, k, headDim: d } = vectors;
  if (key === null) return <p class="value muted">point at a key or a dimension to read its numbers</p>;
  const { dimension } = spot;
  const [qd, kd] = dimension === null ? [0, 0] : [q[query * d + dimension]!, k[key * d + dimension]!];
  return (
    <p class="value number">
      <b>{tokenLabel(shown.keys, key)}</b>
      {dimension === null
        ? ` ${columns.map((c) => `${c.title} ${exact(c.of(props.sum(key)) ?? Number.NaN)}`).join(' · ')}`
        : ` dimension ${dimension + 1}: q ${exact(qd)} × k ${exact(kd)} = ${exact(qd * kd)}`}
    </p>
  );
}
