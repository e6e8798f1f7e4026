/** Which heads differ most between two runs: every head against its namesake. */
import { useSignal } from '@preact/signals';
import { headName, percent } from '../../draw/numbers.ts';
import type { Kept } from '../../state/kept.ts';
import { select } from '../../state/select.ts';
import { amountOf, headMap, sideBySide } from '../../state/side-by-side.ts';
import { type HeadRef, headKey, type Session, siteKey } from '../../state/types.ts';
import { Button } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

interface Moved {
  readonly ref: HeadRef;
  readonly moved: number;
}

const LISTED = 12;

export function RankByDifference({ kept, session }: { kept: Kept; session: Session }) {
  const { store, maps } = usePanel();
  const found = useSignal<{ readonly of: Session; readonly heads: readonly Moved[] } | null>(null);
  const search = async () => {
    const [from, view] = [maps.peek(), store.view.peek()];
    const heads: Moved[] = [];
    for (const { ref, weights } of sharedHeads(kept, session)) {
      if (!from || from.ended) return;
      const now = await from.once(ref);
      const both = sideBySide(headMap(kept.session, ref, weights, view), headMap(session, ref, now.weights, view));
      heads.push({ ref, moved: amountOf(both).moved });
    }
    found.value = { of: session, heads: heads.filter((h) => Number.isFinite(h.moved)).sort((a, b) => b.moved - a.moved) };
  };
  const list = found.value?.of === session ? found.value.heads : null;
  return (
    <div class="block">
      <Button label="Which heads differ most?" icon="list-ordered" onPress={() => void search()} />
      {list && (
        <ul class="pins" aria-label="Heads by the share of their weight that moved">
          {list.slice(0, LISTED).map(({ ref, moved }) => (
            <li key={headKey(ref)}>
              <button
                type="button"
                class="chip"
                onClick={() => {
                  store.first.value = { run: 'kept', layer: null, head: null };
                  select(store, ref);
                }}
              >
                {headName(ref.layer, ref.head)} <span class="number">{percent(moved)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Heads that both runs have, of the kept one with their weights. */
function sharedHeads(kept: Kept, session: Session): { readonly ref: HeadRef; readonly weights: Float32Array }[] {
  return [...kept.weights].flatMap(([key, weights]) => {
    const [kind, layer, head] = key.split('/');
    const ref = { kind: kind as HeadRef['kind'], layer: Number(layer), head: Number(head) };
    const site = session.sites.get(siteKey(ref));
    return site && ref.head < site.run.heads ? [{ ref, weights }] : [];
  });
}
