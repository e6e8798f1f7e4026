/** Find heads that link these: the chosen query and key, by whole words, and every head ranked by the weight between them. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { exact, headName, percent } from '../../draw/numbers.ts';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { Links, type Spans, sameSpans, wordAround } from '../../state/links.ts';
import { headsOf, select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { headKey, sameHead } from '../../state/types.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

const LISTED = 8;

const links = new Links();

const union = (groups: readonly (readonly number[])[]): number[] => [...new Set(groups.flat())].sort((a, b) => a - b);

const words = (side: Side, span: readonly number[]): string => span.map((token) => tokenLabel(side, token)).join(' ');

/** The spans that a command named, else the words of the chosen tokens; null before both are chosen. */
function useSpans(shown: Shown): Spans | null {
  const { store } = usePanel();
  const { query, key } = store.selection.value;
  const named = store.spans.value;
  const [queries, keys] = [shown.queries, shown.keys];
  if (named && named.query === query && named.key === key) return named;
  if (query === null || key === null || query >= queries.count || key >= keys.count) return null;
  return { from: union([query, ...store.queries.value].map((q) => wordAround(queries, q))), to: wordAround(keys, key) };
}

export function LinkSearch({ shown }: { shown: Shown }) {
  const { store, maps } = usePanel();
  const spans = useSpans(shown);
  const all = useSignal(false);
  const name = useMemo(() => spans && `${words(shown.queries, spans.from)} → ${words(shown.keys, spans.to)}`, [spans, shown.queries]);
  if (!spans || !name) return <p class="note">Choose a query and a key: then every head can be ranked by the weight between them.</p>;
  const rank = (of: Spans) => {
    const from = maps.peek();
    if (from) void links.rank(store, from, shown.site, of);
  };
  const now = links.ranking.value;
  const ranking = now && now.session === store.session.value && sameSpans(now.spans, spans) ? now : null;
  const heads = store.session.value ? headsOf(store.session.value, shown.site.kind).length : 0;
  const self = shown.queries.tokens === shown.keys.tokens;
  return (
    <>
      <div class="row-tools">
        <Button label="Find heads that link these" icon="link" onPress={() => rank(spans)} />
        {self && (
          <IconButton
            label="The other way round: swap query and key"
            icon="arrow-swap"
            onPress={() => select(store, { query: store.selection.peek().key, key: store.selection.peek().query })}
          />
        )}
      </div>
      <p class="note" dir="auto">
        {name}
        {ranking && !ranking.done ? ` · ${ranking.links.length} of ${heads} heads` : ''}
      </p>
      {ranking && ranking.links.length > 0 && (
        <ol class="top links" aria-label={`Heads by the weight of ${name}`}>
          {ranking.links.slice(0, all.value ? heads : LISTED).map(({ ref, weight }) => (
            <li key={headKey(ref)}>
              <button
                type="button"
                class="line"
                title={`${headName(ref.layer, ref.head)}: ${exact(weight)}, mean over the words that ask of what they give to the words that answer`}
                aria-pressed={sameHead(ref, store.selection.value)}
                onClick={() => select(store, ref)}
              >
                <span class="name link">{headName(ref.layer, ref.head)}</span>
                <span class="bar">
                  <span style={{ width: `${100 * Math.min(1, weight)}%` }} />
                </span>
                <span class="number">{percent(weight)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {ranking?.done && !all.value && ranking.links.length > LISTED && (
        <button
          type="button"
          class="plain link"
          onClick={() => {
            all.value = true;
          }}
        >
          {ranking.links.length - LISTED} more
        </button>
      )}
    </>
  );
}

/** Two stretches that were marked in the editor: ranks at once. */
export function useAskedLinks(shown: Shown): void {
  const { store, maps } = usePanel();
  const asked = store.asked.value === 'links';
  useEffect(() => {
    const [spans, from] = [store.spans.peek(), maps.peek()];
    if (!asked || !spans || !from) return;
    store.asked.value = null;
    void links.rank(store, from, shown.site, spans);
  }, [asked, shown.site]);
}
