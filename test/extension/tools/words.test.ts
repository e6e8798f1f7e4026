/** Words as tokens, and the weight between two words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, linkWords, tokensOf } from '../../../extension/tools/words.ts';
import type { Token } from '../../../model/protocol/panel.ts';

const TEXT = 'The keys to the keyhole are keys.';
const cuts = [0, 3, 8, 11, 15, 19, 23, 27, 32, 33];
const TOKENS = cuts
  .slice(1)
  .map((end, i): Token => ({ id: i, piece: TEXT.slice(cuts[i], end), start: cuts[i]!, end, special: false, word: i, segment: 0 }));
const pieces = (word: string, n?: number) => tokensOf(TEXT, TOKENS, word, n).map((i) => TOKENS[i]!.piece);

test('a word stands where it stands alone, for the n-th time', () => {
  assert.deepEqual(pieces('keys'), [' keys']);
  assert.deepEqual(tokensOf(TEXT, TOKENS, 'keys'), [1]);
  assert.deepEqual(tokensOf(TEXT, TOKENS, 'keys', 2), [7]);
  assert.deepEqual(pieces('keyhole'), [' key', 'hole']);
  assert.deepEqual(pieces('hole'), ['hole'], 'a part of a word where it stands nowhere alone');
});

test('what is not there is said', () => {
  assert.throws(() => pieces('locks'), { code: 'input', message: /no “locks”/ });
  assert.throws(() => pieces('keys', 3), { code: 'input', message: /3\. time/ });
  assert.throws(() => pieces(''), { code: 'input' });
});

test('the mean over queries of the sum over keys', () => {
  assert.equal(
    between(
      [
        [0.1, 0.2, 0.7],
        [0.5, 0.5, 0],
      ],
      [1, 2],
    ),
    0.7,
  );
  assert.equal(between([[1, 0]], [1]), 0);
});

test('the answer ranks heads, counts layers and heads from 1, and says how many are left', () => {
  const facts = { model: 'm', text: 'a b', query: 'b', key: 'a', queries: ['b'], keys: ['a'] };
  const weights = Array.from({ length: 14 }, (_, head) => ({ kind: 'self', layer: 2, head, weight: head / 20 }));
  const lines = linkWords(facts, weights).split('\n');
  assert.equal(lines[3], '- layer 3, head 14: 0.650000');
  assert.equal(lines.at(-1), '- the other 2 heads: at most 0.0500000');
  assert.match(lines[1]!, /14 heads, mean 0\.325000/);
});
