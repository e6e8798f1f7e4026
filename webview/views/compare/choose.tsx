/** What is compared: a head of this run or of a kept one, with the head that is selected. */
import { forgetKept, type Kept, keepRun, runName } from '../../state/kept.ts';
import { withinRun } from '../../state/select.ts';
import type { Store } from '../../state/store.ts';
import { type HeadRef, type Session, siteKey } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

/** The run that stands first, and its head. */
export function firstOf(store: Store, session: Session): { readonly session: Session; readonly ref: HeadRef; readonly kept: Kept | null } {
  const { run, layer, head } = store.first.value;
  const kept = run === 'kept' ? store.kept.value : null;
  const selected = store.selection.value;
  const wanted = { ...selected, layer: layer ?? selected.layer, head: head ?? selected.head, query: null, key: null };
  const from = kept?.session ?? session;
  const ref = withinRun(from, wanted);
  return { session: from, ref: from === session && layer === null && head === null ? nextHead(from, ref) : ref, kept };
}

/** A head of the same run is compared with its neighbour until another one is chosen: with itself there is nothing to see. */
const nextHead = (session: Session, ref: HeadRef): HeadRef => ({
  ...ref,
  head: (ref.head + 1) % (session.sites.get(siteKey(ref))?.run.heads ?? 1),
});

export function Choose({ session }: { session: Session }) {
  const { store } = usePanel();
  const first = firstOf(store, session);
  const { layer, head } = store.first.value;
  const set = (change: Partial<Store['first']['value']>) => {
    store.first.value = { ...store.first.peek(), ...change };
  };
  const sites = [...first.session.sites.values()].filter((s) => s.kind === first.ref.kind).sort((a, b) => a.layer - b.layer);
  const heads = first.session.sites.get(siteKey(first.ref))?.run.heads ?? 1;
  return (
    <div class="row-tools">
      <Runs session={session} />
      <Dropdown
        label="Layer of the first"
        value={String(layer ?? 'same')}
        choices={[{ value: 'same', label: 'same layer' }, ...sites.map((s) => ({ value: String(s.layer), label: `layer ${s.layer + 1}` }))]}
        onChoose={(value) => set({ layer: value === 'same' ? null : Number(value) })}
      />
      <Dropdown
        label="Head of the first"
        value={String(head ?? 'same')}
        choices={[
          { value: 'same', label: first.session === session && layer === null ? 'next head' : 'same head' },
          ...Array.from({ length: heads }, (_, h) => ({ value: String(h), label: `head ${h + 1}` })),
        ]}
        onChoose={(value) => set({ head: value === 'same' ? null : Number(value) })}
      />
      <Keep session={session} />
    </div>
  );
}

/** This run or the kept one, where there is a kept one. */
function Runs({ session }: { session: Session }) {
  const { store } = usePanel();
  const kept = store.kept.value;
  if (!kept) return null;
  return (
    <Dropdown
      label="Run of the first"
      value={store.first.value.run}
      choices={[
        { value: 'kept', label: `kept: ${runName(kept.session)}` },
        { value: 'this', label: kept.session === session ? 'this run' : `this run: ${runName(session)}` },
      ]}
      onChoose={(run) => {
        store.first.value = { run, layer: null, head: null };
      }}
    />
  );
}

function Keep({ session }: { session: Session }) {
  const { store, maps } = usePanel();
  const kept = store.kept.value;
  const keep = () => {
    const from = maps.peek();
    if (from) void keepRun(store, from);
  };
  if (!kept) return <Button label="Keep this run" icon="pinned" onPress={keep} />;
  return (
    <>
      {kept.session !== session && <Button label="Keep this run instead" icon="pinned" onPress={keep} />}
      <Button label="Forget the kept run" onPress={() => forgetKept(store)} />
    </>
  );
}

/** What to do next, and what is kept. */
export function KeptWords({ session }: { session: Session }) {
  const { store, host } = usePanel();
  const kept = store.kept.value;
  if (!kept) {
    return (
      <p class="note">
        Two heads of this run. To compare two texts or two models: keep this run, then run something else; the kept numbers stay here.
      </p>
    );
  }
  const amount =
    kept.weights.size === kept.of
      ? `Kept: all ${kept.of} heads.`
      : kept.underWay
        ? 'Keeping the heads of this run …'
        : `Kept: ${kept.weights.size} of ${kept.of} heads, those nearest to the chosen one; more would take too much memory.`;
  if (kept.session !== session) return kept.weights.size === kept.of ? null : <p class="note">{amount}</p>;
  return (
    <div class="note row-tools" role="status">
      <span class="grow">{amount} Now visualize another text in the editor, or the same text with another model.</span>
      <Button label="Choose another model" onPress={() => void host.request('chooseModel', null)} />
    </div>
  );
}
