import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteRun } from '../../../model/protocol/engine.ts';
import { rowEntropies, valueWords } from '../../../webview/state/measures.ts';
import { restore, viewFrom } from '../../../webview/state/saved.ts';
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
