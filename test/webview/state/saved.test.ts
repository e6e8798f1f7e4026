import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteRun } from '../../../model/protocol/engine.ts';
import { rowEntropies, valueWords } from '../../../webview/state/measures.ts';
import { applyLook, lookOf, restore, viewFrom } from '../../../webview/state/saved.ts';
import { createStore } from '../../../webview/state/store.ts';
import { DEFAULT_VIEW, type Session, type Site } from '../../../webview/state/types.ts';
import { verdictOf } from '../../../webview/state/verdict.ts';

test('a view comes back; what this version does not know, or of another type, is left out', () => {
  assert.deepEqual(viewFrom({ ...DEFAULT_VIEW, scale: 'sqrt', threshold: 0.1 }), { ...DEFAULT_VIEW, scale: 'sqrt', threshold: 0.1 });
  assert.deepEqual(viewFrom({ scale: 3, closed: 'no list', colour: 'pink' }), DEFAULT_VIEW);
  for (const nothing of [null, undefined, 7, 'text', []]) assert.deepEqual(viewFrom(nothing), DEFAULT_VIEW);
});

test('a selection comes back before there is a run', () => {
  const store = createStore();
  restore(store, { restore: null, selection: { kind: 'self', layer: 3, head: 2, query: 5, key: null }, view: null });
  assert.equal(store.selection.value.layer, 3);
  restore(store, null);
  assert.equal(store.selection.value.layer, 3);
});

function shown(heads: number, queries: number) {
  const store = createStore();
  const site = { kind: 'self', layer: 0, run: { heads, queries, keys: queries } } as Site;
  store.session.value = { sites: new Map([['self/0', site]]) } as unknown as Session;
  return store;
}

test('a look comes back to another panel; widths and closed notices stay its own', () => {
  const first = shown(4, 9);
  first.view.value = { ...DEFAULT_VIEW, tab: 'lines', scale: 'log', headsWidth: 300 };
  first.picked.value = [{ kind: 'self', layer: 0, head: 3 }];
  first.queries.value = [2, 5];
  first.pins.value = [{ query: 8, key: 1 }];
  const second = shown(4, 9);
  second.view.value = { ...DEFAULT_VIEW, headsWidth: 250, closed: ['x'] };
  applyLook(second, JSON.parse(JSON.stringify(lookOf(first).look)));
  assert.deepEqual(second.view.value, { ...DEFAULT_VIEW, tab: 'lines', scale: 'log', headsWidth: 250, closed: ['x'] });
  for (const name of ['picked', 'queries', 'pins'] as const) assert.deepEqual(second[name].value, first[name].value);
});

test('a look of another run, or of no run at all, brings only what is there', () => {
  const store = shown(2, 3);
  const many = Array.from({ length: 20 }, () => ({ kind: 'self', layer: 0, head: 1 }));
  applyLook(store, {
    picked: [{ kind: 'self', layer: 7, head: 0 }, { kind: 'self', layer: 0, head: 9 }, null, 'x', ...many],
    queries: [1, 3, -1, 1.5, '2'],
    pins: [{ query: 0, key: 2 }, { query: 3, key: 0 }, null, 5],
    against: { kind: 'cross', layer: 0, head: 0 },
    over: 'all',
  });
  assert.equal(store.picked.value.length, 7);
  assert.deepEqual(store.queries.value, [1]);
  assert.deepEqual(store.pins.value, [{ query: 0, key: 2 }]);
  assert.equal(store.against.value, null);
  assert.equal(store.over.value, null);
  for (const nothing of [null, undefined, 3, 'look']) applyLook(store, nothing);
  assert.deepEqual(store.queries.value, [1]);
});

function run(errors: readonly (number | null)[], refused: number, quantization: string | null = null): Pick<Session, 'opened' | 'sites'> {
  const sites = errors.map((rowSumError, i) => [`self/${i}`, { run: { rowSumError } as SiteRun } as Site] as const);
  const opened = { refused: Array.from({ length: refused }, () => ({})), model: { quantization } } as unknown as Session['opened'];
  return { opened, sites: new Map(sites) };
}

test('the verdict promises no more than was checked', () => {
  assert.deepEqual(verdictOf(run([1e-7, 2e-7], 0)), { words: 'exact, rows sum to 1', icon: 'check', good: true });
  assert.equal(verdictOf(run([null, null], 0)).words, 'exact');
  assert.equal(verdictOf(run([1e-7, 0.2], 0)).good, false);
  assert.match(verdictOf(run([1e-7, 0.2], 0)).words, /0\.200/);
  assert.equal(verdictOf(run([Number.NaN, 0], 0)).good, false);
  assert.match(verdictOf(run([1e-7], 2)).words, /2 not shown/);
  assert.match(verdictOf(run([1e-7], 0, 'int8 dynamic')).words, /int8 dynamic/);
  assert.equal(verdictOf(run([], 3)).good, false);
});

test('entropy of rows, in bits; values with their unit', () => {
  const rows = rowEntropies(Float32Array.from([0.5, 0.5, 0, 1, 0, 0, 0.25, 0.25, 0.5]), 3, 3);
  assert.deepEqual([...rows], [1, 0, 1.5]);
  assert.equal(valueWords({ unit: 'share' }, 0.931), '93 %');
  assert.equal(valueWords({ unit: 'bit' }, 1.5), '1.50 bits');
  assert.equal(valueWords({ unit: 'tokens' }, 12.34), '12.3 tokens');
  assert.equal(valueWords({ unit: 'share' }, Number.NaN), 'no case');
});
