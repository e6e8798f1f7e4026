import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adaptiveEmbedding, adaptiveLogSoftmax } from '../../../model/blocks/adaptive.ts';
import { assertTensor } from '../compare.ts';
import { ops, TOLERANCE } from './blocks.ts';

const ids = ops.reshape(ops.integers([0, 2, 3, 4, 6, 1]), [2, 3]);

describe('adaptive words', () => {
  test('every word is looked up in its own cluster, by its place there', () => {
    const clusters = [
      { from: 0, to: 3 },
      { from: 3, to: 5 },
      { from: 5, to: 7 },
    ];
    const vectors = adaptiveEmbedding(ops, ids, clusters, (cluster, within) =>
      ops.unsqueeze(ops.add(ops.cast(within, 'float32'), 10 * cluster), [2]),
    );
    assert.deepEqual([...vectors.shape], [2, 3, 1]);
    assert.deepEqual([...vectors.data].map(Number), [0, 2, 10, 11, 21, 1]);
  });

  test('probabilities of all words sum to 1; a later cluster shares what the head gives it', () => {
    const head = ops.floats([0.3, -1, 2, 0.5, 0.1], [1, 1, 5]); // three words, two clusters
    const tails = [ops.floats([0.7, -0.2], [1, 1, 2]), ops.floats([1, 2, 3], [1, 1, 3])];
    const probabilities = ops.exp(adaptiveLogSoftmax(ops, head, tails, 3));
    const values = [...probabilities.data].map(Number);
    assert.equal(values.length, 8);
    assert.ok(Math.abs(values.reduce((sum, p) => sum + p, 0) - 1) < 1e-6);
    const ofHead = [...ops.softmax(head).data].map(Number);
    assert.ok(Math.abs(values[3]! + values[4]! - ofHead[3]!) < 1e-6);
    assert.ok(Math.abs(values[7]! / values[6]! - Math.E) < 1e-4);
  });

  test('without clusters it is the log of softmax', () => {
    const head = ops.floats([0.3, -1, 2], [1, 1, 3]);
    assertTensor(adaptiveLogSoftmax(ops, head, [], 3), ops.log(ops.softmax(head)), TOLERANCE);
  });
});
