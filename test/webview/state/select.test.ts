import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  goBack,
  goForward,
  headsOf,
  knownOf,
  MOST_HEADS,
  select,
  stepHead,
  togglePicked,
  togglePin,
  toggleQuery,
} from '../../../webview/state/select.ts';
import { createStore } from '../../../webview/state/store.ts';
import type { Session, Site } from '../../../webview/state/types.ts';
import { findHeads } from '../../../webview/views/heads/find.ts';

/** 3 encoder layers of 4 heads over 7 tokens, 2 cross layers of 4 heads with 5 queries. */
function session(): Session {
  const site = (kind: 'encoder' | 'cross', layer: number, queries: number): Site =>
    ({ key: `${kind}/${layer}`, kind, layer, heads: 4, kvHeads: 4, run: { key: `${kind}/${layer}`, heads: 4, queries, keys: 7 } }) as Site;
  const sites = [0, 1, 2].map((l) => site('encoder', l, 7)).concat([0, 1].map((l) => site('cross', l, 5)));
  const knownHeads = [
    { relation: 'induction', layer: 2, head: 1, weight: 0.5 },
    { relation: 'induction', layer: 1, head: 3, weight: 0.9 },
    { relation: 'alignment', kind: 'cross', layer: 1, head: 0, weight: 0.8 },
  ];
  return { show: { knownHeads }, sites: new Map(sites.map((s) => [s.key, s])) } as unknown as Session;
}

function opened() {
  const store = createStore();
  store.session.value = session();
  select(store, { kind: 'encoder', layer: 0, head: 0 }, 0);
  return store;
}

test('what the run does not have is brought to the nearest that it has', () => {
  const store = opened();
  select(store, { layer: 99, head: 99, query: 6, key: 6 }, 1000);
  assert.deepEqual(store.selection.value, { kind: 'encoder', layer: 2, head: 3, query: 6, key: 6 });
  select(store, { kind: 'cross', query: 6 }, 2000);
  assert.deepEqual(store.selection.value, { kind: 'cross', layer: 1, head: 3, query: null, key: 6 });
  select(store, { kind: 'vision', layer: 0 }, 3000);
  const sites = store.session.peek()!.sites;
  const { kind, layer } = store.selection.peek() as { kind: string; layer: number };
  assert.ok(sites.has(`${kind}/${layer}`));
});

test('back and forward; quick steps of the cursor are one step, steps between heads are not', () => {
  const store = opened();
  select(store, { head: 1 }, 1000);
  for (let query = 0; query < 5; query++) select(store, { query }, 2000 + query * 50);
  select(store, { head: 2 }, 5000);
  goBack(store);
  assert.deepEqual([store.selection.value.head, store.selection.value.query], [1, 4]);
  goBack(store);
  assert.deepEqual([store.selection.value.head, store.selection.value.query], [1, null]);
  goForward(store);
  goForward(store);
  assert.equal(store.selection.value.head, 2);
  goForward(store);
  assert.equal(store.selection.value.head, 2);
  select(store, { head: 0 }, 9000);
  assert.equal(store.future.value.length, 0);
});

test('no more than eight heads together, none twice, and those of another kind go', () => {
  const store = opened();
  for (const ref of headsOf(store.session.value!, 'encoder')) togglePicked(store, ref);
  assert.equal(store.heads.value.length, MOST_HEADS);
  assert.match(store.said.value, /No more than 8/);
  togglePicked(store, store.picked.value[0]!);
  assert.equal(store.heads.value.length, MOST_HEADS - 1);
  const chosen = store.picked.value[2]!;
  select(store, chosen, 1000);
  assert.equal(new Set(store.heads.value.map((h) => `${h.layer}/${h.head}`)).size, store.heads.value.length);
  select(store, { kind: 'cross', layer: 0 }, 2000);
  assert.equal(store.heads.value.length, 1);
});

test('several queries, until another one is chosen; pins come and go', () => {
  const store = opened();
  toggleQuery(store, 3);
  assert.equal(store.selection.value.query, 3);
  toggleQuery(store, 5);
  toggleQuery(store, 3);
  assert.deepEqual(store.queries.value, [5]);
  select(store, { query: 1 }, 1000);
  assert.deepEqual(store.queries.value, []);
  togglePin(store, 1, 2);
  togglePin(store, 2, 2);
  togglePin(store, 1, 2);
  assert.deepEqual(store.pins.value, [{ query: 2, key: 2 }]);
});

test('next head goes on in the next layer, and from the last to the first', () => {
  const store = opened();
  stepHead(store, -1);
  assert.deepEqual([store.selection.value.layer, store.selection.value.head], [2, 3]);
  stepHead(store, 1);
  stepHead(store, 5);
  assert.deepEqual([store.selection.value.layer, store.selection.value.head], [1, 1]);
});

test('heads are found by name and by what they do, best first; each kind has its own', () => {
  const now = session();
  const at = (text: string, kind: 'encoder' | 'cross' = 'encoder') =>
    findHeads(text, now, kind, MEASURES).map((h) => `L${h.layer + 1}H${h.head + 1}`);
  for (const text of ['L3H2', 'l3h2', '3.2', 'layer 3 head 2', 'L3·H2', ' 3 2 ']) assert.deepEqual(at(text), ['L3H2'], text);
  assert.deepEqual(at('L9H9'), []);
  assert.deepEqual(at('induction').slice(0, 2), ['L2H4', 'L3H2']);
  assert.deepEqual(at('alignment'), []);
  assert.deepEqual(at('alignment', 'cross'), ['L2H1']);
  assert.deepEqual(at('entropy'), ['L1H2', 'L1H1']);
  assert.deepEqual(knownOf(now, 'encoder').length, 2);
});

const MEASURES = new Map([
  ['encoder/0/0', { entropy: 0.5 }],
  ['encoder/0/1', { entropy: 1.5 }],
  ['encoder/0/2', { entropy: Number.NaN }],
]);
