import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divergenceBits, scoreBits } from '../../../model/predictions/bits.ts';
import { edited } from '../../../model/predictions/edits.ts';

const logits = (...shares: number[]) => shares.map((p) => Math.log(p) + 3);

test('divergence by hand: (1/2, 1/4, 1/4) against (1/4, 1/4, 1/2) is 1/2·1 + 0 − 1/4·1 bits', () => {
  assert.ok(Math.abs(divergenceBits(logits(0.5, 0.25, 0.25), logits(0.25, 0.25, 0.5)) - 0.25) < 1e-12);
  assert.equal(divergenceBits(logits(0.5, 0.5), logits(0.5, 0.5)), 0);
  assert.equal(divergenceBits([0, 0], [0, Number.NEGATIVE_INFINITY]), Number.POSITIVE_INFINITY);
  assert.equal(divergenceBits([0, Number.NEGATIVE_INFINITY], [0, Number.NEGATIVE_INFINITY]), 0);
});

test('the score of an answer is its log-probability, or how much likelier it is than another', () => {
  const row = logits(0.5, 0.125, 0.375);
  assert.ok(Math.abs(scoreBits(row, 1, null) + 3) < 1e-12);
  assert.ok(Math.abs(scoreBits(row, 0, 1) - 2) < 1e-12);
});

test('tokens are hidden, removed with their segments, exchanged; positions move up behind those that are gone', () => {
  const params = { ids: [5, 6, 7, 8], typeIds: [0, 0, 1, 1] };
  const hidden = edited({ ...params, attentionMask: [1, 1, 1, 0] }, [1], { how: 'hide' });
  assert.deepEqual(hidden.params.attentionMask, [1, 0, 1, 0]);
  assert.equal(hidden.moved(3), 3);
  const removed = edited(params, [1, 2], { how: 'remove' });
  assert.deepEqual(
    [removed.params.ids, removed.params.typeIds],
    [
      [5, 8],
      [0, 1],
    ],
  );
  assert.deepEqual([0, 1, 2, 3].map(removed.moved), [0, null, null, 1]);
  assert.deepEqual(edited(params, [0, 3], { how: 'exchange', id: 4 }).params.ids, [4, 6, 7, 4]);
  assert.deepEqual(edited({ ...params, targetIds: [1, 2] }, [0], { how: 'remove' }, 'target').params.targetIds, [2]);
  assert.throws(() => edited(params, [0, 1, 2, 3], { how: 'remove' }), /No token would be left/);
});
