/** The left column: every head, what the model's card says about some, and what cannot be shown. */
import { useSignal } from '@preact/signals';
import type { SiteKind } from '../../../model/protocol/engine.ts';
import { headName, short } from '../../draw/numbers.ts';
import { METRICS } from '../../state/measures.ts';
import { canRollOut } from '../../state/rollout.ts';
import { knownOf, select } from '../../state/select.ts';
import { setView } from '../../state/store.ts';
import { type HeadRef, headKey, type Over, type Session } from '../../state/types.ts';
import { Dropdown, Icon, IconButton, TextField } from '../../ui/controls.tsx';
import { Term } from '../../ui/term.tsx';
import { usePanel } from '../context.ts';
import { findHeads } from './find.ts';
import { HeadGrid } from './grid.tsx';

/** Known heads that are seen at once. */
const KNOWN = 8;

/** Below this width the columns stand below each other, and lists start closed. */
const NARROW = 560;

const KIND_WORDS: Record<SiteKind, string> = {
  self: 'self',
  encoder: 'encoder',
  decoder: 'decoder',
  cross: 'cross',
  vision: 'picture',
  text: 'text',
};

export function HeadsPane({ session, onOpen }: { session: Session; onOpen: () => void }) {
  const { store } = usePanel();
  const kind = store.selection.value.kind;
  const sites = [...session.sites.values()].filter((s) => s.kind === kind).sort((a, b) => a.layer - b.layer);
  return (
    <section class="pane heads" aria-label="Heads">
      <header class="pane-head">
        <h2>
          <Term id="head">Heads</Term>
        </h2>
        <SortAndTint />
      </header>
      <Search session={session} />
      <Kinds session={session} />
      <HeadGrid sites={sites} onOpen={onOpen} />
      <Together />
      <OverLayers session={session} />
      <KnownHeads session={session} />
      <NotShown session={session} />
    </section>
  );
}

function SortAndTint() {
  const { store } = usePanel();
  const { sort, tint } = store.view.value;
  const metrics = METRICS.map((m) => ({ value: m.id, label: m.name }));
  return (
    <div class="row-tools">
      <Dropdown
        label="Order of the heads"
        value={sort}
        choices={[{ value: 'layer', label: 'by layer' }, ...metrics.map((m) => ({ ...m, label: `by ${m.label}` }))]}
        onChoose={(sort) => setView(store, { sort })}
      />
      <Dropdown
        label="Metric that marks each thumbnail with a bar"
        value={tint}
        choices={[{ value: 'none', label: 'no bar' }, ...metrics.map((m) => ({ ...m, label: `bar: ${m.label}` }))]}
        onChoose={(tint) => setView(store, { tint })}
      />
    </div>
  );
}

function Search({ session }: { session: Session }) {
  const { store, measures } = usePanel();
  const go = (text: string) => {
    const [found] = findHeads(text, session, store.selection.peek().kind, measures.peek());
    if (found) select(store, found);
    else store.said.value = `No head found for “${text}”.`;
  };
  return <TextField label="Find a head: L3H2, or a word such as induction" placeholder="find: L3H2, induction" onEnter={go} />;
}

function Kinds({ session }: { session: Session }) {
  const { store } = usePanel();
  const kinds = [...new Set([...session.sites.values()].map((s) => s.kind))];
  if (kinds.length < 2) return null;
  const chosen = store.selection.value.kind;
  return (
    <fieldset class="kinds" aria-label="Kind of attention">
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          class="segment"
          aria-pressed={kind === chosen}
          onClick={() => select(store, { kind, query: null, key: null })}
        >
          {KIND_WORDS[kind]}
        </button>
      ))}
    </fieldset>
  );
}

/** What several chosen heads are, and how they are put together. */
function Together() {
  const { store } = usePanel();
  const heads = store.heads.value;
  if (heads.length < 2) return null;
  const { combine } = store.view.value;
  return (
    <div class="together">
      <p>
        {combine === 'mean' ? 'Mean' : 'Overlay'} of {heads.map((h) => headName(h.layer, h.head)).join(', ')}
      </p>
      <div class="row-tools">
        <Dropdown
          label="How several heads are put together"
          value={combine}
          choices={[
            { value: 'mean', label: 'mean' },
            { value: 'overlay', label: 'overlay in Lines' },
          ]}
          onChoose={(combine) => setView(store, { combine })}
        />
        <IconButton
          label="One head only"
          icon="close"
          onPress={() => {
            store.picked.value = [];
          }}
        />
      </div>
    </div>
  );
}

const OVER: readonly { readonly over: Over; readonly name: string; readonly title: string }[] = [
  {
    over: 'rollout',
    name: 'rollout',
    title:
      'Rollout: how much of each token is in each position after these layers, if attention (half of it staying in place) alone mixed them. Abnar and Zuidema 2020.',
  },
  {
    over: 'flow',
    name: 'flow',
    title:
      'Attention flow: how much could run from each token to the chosen query, if every weight were the width of a pipe (maximum flow). One query at a time. Abnar and Zuidema 2020.',
  },
];

/** All layers up to the selected one in one map. */
function OverLayers({ session }: { session: Session }) {
  const { store } = usePanel();
  const { kind, layer } = store.selection.value;
  if (!canRollOut(session, kind)) return null;
  return (
    <div class="over-layers">
      <span class="muted">{store.over.value ? `layers 1–${layer + 1}:` : 'over the layers:'}</span>
      {OVER.map(({ over, name, title }) => {
        const on = store.over.value === over;
        return (
          <button
            key={over}
            type="button"
            class="chip"
            title={title}
            aria-label={`${name} over the layers`}
            aria-pressed={on}
            onClick={() => {
              store.over.value = on ? null : over;
            }}
          >
            {name} {on && <Icon name="close" />}
          </button>
        );
      })}
    </div>
  );
}

function KnownHeads({ session }: { session: Session }) {
  const { store } = usePanel();
  const all = useSignal(false);
  const known = knownOf(session, store.selection.value.kind);
  if (known.length === 0) return null;
  return (
    <details open={innerWidth >= NARROW}>
      <summary title="Mean weight from the first token of the pair to the second, measured by the model's makers on other texts">
        <h3>Known heads (model card)</h3>
      </summary>
      <ul class="known">
        {(all.value ? known : known.slice(0, KNOWN)).map((k) => (
          <li key={`${k.relation} ${k.layer} ${k.head}`}>
            <KnownHead ref_={{ kind: store.selection.value.kind, layer: k.layer, head: k.head }} relation={k.relation} weight={k.weight} />
          </li>
        ))}
      </ul>
      {!all.value && known.length > KNOWN && (
        <button
          type="button"
          class="plain link"
          onClick={() => {
            all.value = true;
          }}
        >
          {known.length - KNOWN} more
        </button>
      )}
    </details>
  );
}

function KnownHead({ ref_, relation, weight }: { ref_: HeadRef; relation: string; weight: number }) {
  const { store } = usePanel();
  return (
    <button type="button" class="line" key={headKey(ref_)} onClick={() => select(store, ref_)}>
      <span class="link">{headName(ref_.layer, ref_.head)}</span>
      <span class="grow">{relation}</span>
      <span class="number">{short(weight)}</span>
    </button>
  );
}

function NotShown({ session }: { session: Session }) {
  const { refused } = session.opened;
  if (refused.length === 0) return null;
  return (
    <>
      <h3>Not shown</h3>
      <ul class="refused">
        {refused.map((r) => (
          <li key={r.where}>
            <strong>{r.where}</strong> {r.reason} {r.advice && <span class="muted">{r.advice}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
