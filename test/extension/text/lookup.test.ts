import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, sourceOf, wordOf } from '../../../extension/text/lookup.ts';
import type { Token } from '../../../model/protocol/panel.ts';

const text = 'unhappy cat\n\n';
const token = (piece: string, start: number, end: number, word: number | null, segment: 0 | 1 = 0): Token => ({
  id: 1,
  piece,
  start,
  end,
  special: word === null,
  word,
  segment,
});
const tokens = [
  token('[CLS]', 0, 0, null),
  token('un', 0, 2, 0),
  token('##happy', 2, 7, 0),
  token('cat', 8, 11, 1),
  token('cat', 0, 3, 1, 1),
];

test('a word is all its tokens, in its own segment', () => {
  assert.deepEqual(wordOf(tokens, 2), [1, 2]);
  assert.deepEqual(wordOf(tokens, 3), [3]);
  assert.deepEqual(wordOf(tokens, 4), [4]);
  assert.deepEqual(wordOf(tokens, 0), [0]);
});

test('tokens are called by their characters, special ones by their piece, blanks by a sign', () => {
  assert.equal(sourceOf(text, tokens, [1, 2]), 'unhappy');
  assert.equal(sourceOf(text, tokens, [0]), '[CLS]');
  assert.equal(nameOf(text, tokens[2]), 'happy');
  assert.equal(nameOf(text, tokens[0]), '[CLS]');
  assert.equal(nameOf(text, token('ĊĊ', 11, 13, 2)), '↵↵');
  assert.equal(nameOf(text, token('Ġ', 7, 8, 2)), '␣');
  assert.equal(nameOf(text, undefined), '');
});
