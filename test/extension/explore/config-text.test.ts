/** Keys and numbers in the text of a configuration. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyAt, keyIn, meaningOf, numberOf } from '../../../extension/explore/config-text.ts';

const TEXT = '{\n  "pad": "vocab_size",\n  "vocab_size" : 30522,\n  "eps": 1e-12,\n  "layers": -3\n}';

test('the number of a key, not a value that is called the same', () => {
  const place = numberOf(TEXT, 'vocab_size');
  assert.equal(place && TEXT.slice(place.start, place.end), '30522');
  assert.equal(TEXT.slice(keyIn(TEXT, 'vocab_size'), keyIn(TEXT, 'vocab_size') + 14), '"vocab_size" :');
  const layers = numberOf(TEXT, 'layers');
  assert.equal(layers && TEXT.slice(layers.start, layers.end), '-3');
});

test('what is no whole number is left alone', () => {
  assert.equal(numberOf(TEXT, 'eps'), null);
  assert.equal(numberOf(TEXT, 'pad'), null);
  assert.equal(numberOf(TEXT, 'missing'), null);
});

test('the key under a column, and what it sets', () => {
  assert.deepEqual(keyAt('  "n_head": 4, "n_embd": 8', 17), { key: 'n_embd', start: 15, end: 23 });
  assert.equal(keyAt('  "n_head": 4', 12), null);
  assert.equal(meaningOf('n_head')?.tab, 'heads');
  assert.equal(meaningOf('something_else'), null);
});
