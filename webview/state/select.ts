/** Selecting: one act, wherever it comes from (grid, matrix, lines, text, details, editor, side panel, history). */
import { batch } from '@preact/signals';
import type { KnownHead } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import { type Moment, type Store, setView } from './store.ts';
import { type HeadRef, type Session, sameHead, siteKey } from './types.ts';

/** Most heads that are looked at together: as many as there are colours that everybody can tell apart. */
export const MOST_HEADS = 8;
const LONGEST_PAST = 200;
/** Steps of the cursor within this time are one step of the history. */
const ONE_STEP_MS = 700;
let lastSelectMs = 0;

/** Selects; what `change` leaves out stays. What the run does not have is brought to the nearest that it has. */
export function select(store: Store, change: Partial<Selection>, nowMs = performance.now()): void {
  const before = store.selection.peek();
  const after = withinRun(store.session.peek(), { ...before, ...change });
  if (equal(before, after)) return;
  batch(() => {
    remember(store, before, after, nowMs);
    store.selection.value = after;
    if (after.query !== before.query) store.queries.value = [];
    store.picked.value = store.picked.peek().filter((h) => !sameHead(h, after) && h.kind === after.kind);
  });
}

function remember(store: Store, before: Selection, after: Selection, nowMs: number): void {
  const moved = !sameHead(before, after);
  const again = !moved && nowMs - lastSelectMs < ONE_STEP_MS && store.past.peek().length > 0;
  lastSelectMs = nowMs;
  if (!again) store.past.value = [...store.past.peek(), momentOf(store)].slice(-LONGEST_PAST);
  store.future.value = [];
}

/** A selection that comes from the editor: a word of one of two texts asks from its own side. */
export function selectFromHost(store: Store, change: Partial<Selection>): void {
  const kind = change.kind ?? store.selection.peek().kind;
  const asksKey = change.key !== undefined && change.key !== null && change.query === undefined;
  if (kind === 'cross' && (asksKey || change.query !== undefined)) setView(store, { direction: asksKey ? 'to' : 'from' });
  select(store, change);
}

/** Adds a head to those looked at together, or takes it away. */
export function togglePicked(store: Store, ref: HeadRef): void {
  if (sameHead(ref, store.selection.peek())) return;
  const picked = store.picked.peek();
  const without = picked.filter((h) => !sameHead(h, ref));
  if (without.length < picked.length) store.picked.value = without;
  else if (picked.length < MOST_HEADS - 1) store.picked.value = [...picked, ref];
  else store.said.value = `No more than ${MOST_HEADS} heads together.`;
}

/** Adds a token to the queries that are summed, or takes it away. */
export function toggleQuery(store: Store, token: number): void {
  const { query } = store.selection.peek();
  if (query === null) select(store, { query: token });
  if (query === null || token === query) return;
  const queries = store.queries.peek();
  store.queries.value = queries.includes(token) ? queries.filter((q) => q !== token) : [...queries, token];
}

export function togglePin(store: Store, query: number, key: number): void {
  const pins = store.pins.peek();
  const without = pins.filter((p) => p.query !== query || p.key !== key);
  store.pins.value = without.length < pins.length ? without : [...pins, { query, key }];
}

/** Every head of a kind in the model's order. */
export function headsOf(session: Session, kind: Selection['kind']): HeadRef[] {
  return [...session.sites.values()]
    .filter((s) => s.kind === kind)
    .flatMap((s) => Array.from({ length: s.run.heads }, (_, head) => ({ kind, layer: s.layer, head })));
}

/** The heads that the model's card names, of one kind; a card that names no kind means the model's first. */
export function knownOf(session: Session, kind: Selection['kind']): readonly KnownHead[] {
  const first = [...session.sites.values()][0]?.kind;
  const heads = headsOf(session, kind);
  return session.show.knownHeads.filter((k) => (k.kind ?? first) === kind && heads.some((h) => h.layer === k.layer && h.head === k.head));
}

/** Goes to the next (`step` 1) or previous (−1) head, round the end. */
export function stepHead(store: Store, step: number): void {
  const session = store.session.peek();
  if (!session) return;
  const heads = headsOf(session, store.selection.peek().kind);
  const at = heads.findIndex((h) => sameHead(h, store.selection.peek()));
  const next = heads[(at + step + heads.length) % heads.length];
  if (next) select(store, next);
}

export const goBack = (store: Store): void => travel(store, store.past, store.future);
export const goForward = (store: Store): void => travel(store, store.future, store.past);

function travel(store: Store, from: Store['past'], to: Store['past']): void {
  const moment = from.peek().at(-1);
  if (!moment) return;
  batch(() => {
    to.value = [...to.peek(), momentOf(store)];
    from.value = from.peek().slice(0, -1);
    store.selection.value = withinRun(store.session.peek(), moment.selection);
    store.picked.value = moment.picked;
    store.view.value = { ...store.view.peek(), tab: moment.tab };
  });
}

const momentOf = (store: Store): Moment => ({
  selection: store.selection.peek(),
  picked: store.picked.peek(),
  tab: store.view.peek().tab,
});

const equal = (a: Selection, b: Selection): boolean => sameHead(a, b) && a.query === b.query && a.key === b.key;

/** The nearest selection that a run can show. */
export function withinRun(session: Session | null, wanted: Selection): Selection {
  if (!session || session.sites.size === 0) return wanted;
  const site = session.sites.get(siteKey(wanted)) ?? nearest(session, wanted);
  const within = (token: number | null, count: number) => (token !== null && token >= 0 && token < count ? token : null);
  return {
    kind: site.kind,
    layer: site.layer,
    head: Math.min(Math.max(0, wanted.head), site.run.heads - 1),
    query: within(wanted.query, site.run.queries),
    key: within(wanted.key, site.run.keys),
  };
}

function nearest(session: Session, wanted: Selection) {
  const sites = [...session.sites.values()];
  const sameKind = sites.filter((s) => s.kind === wanted.kind);
  const among = sameKind.length > 0 ? sameKind : sites;
  return among.reduce((best, s) => (Math.abs(s.layer - wanted.layer) < Math.abs(best.layer - wanted.layer) ? s : best));
}
