/** Spans, entities and likeness, by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entitiesOf } from '../../../model/predictions/entities.ts';
import { cosine, sentenceVector } from '../../../model/predictions/similarity.ts';
import { answerSpans } from '../../../model/predictions/spans.ts';
import type { Token } from '../../../model/protocol/panel.ts';
import { tensor } from '../../../model/tensor.ts';

const word = (index: number, of: number): Token => ({
  id: index,
  piece: `w${index}`,
  start: 2 * index,
  end: 2 * index + 1,
  special: false,
  word: of,
  segment: 0,
});

test('the best span begins before it ends, is not too long, and lies where answers may lie', () => {
  const starts = [9, 1, 4, 0, 2];
  const ends = [9, 5, 0, 3, 2];
  const spans = answerSpans(starts, ends, [1, 2, 3, 4], { top: 3, longest: 3 });
  assert.deepEqual(
    spans.map(({ start, end, score }) => [start, end, score]),
    [
      [2, 3, 7],
      [1, 1, 6],
      [2, 4, 6],
    ],
  );
  // softmax of starts over 1…4 at 2, times that of ends at 3
  const p =
    (Math.exp(4) / (Math.exp(1) + Math.exp(4) + Math.exp(0) + Math.exp(2))) *
    (Math.exp(3) / (Math.exp(5) + Math.exp(0) + Math.exp(3) + Math.exp(2)));
  assert.ok(Math.abs(spans[0]!.probability - p) < 1e-12);
  const all = answerSpans(starts, ends, [1, 2, 3, 4], { top: 100 });
  assert.equal(all.length, 10);
  assert.ok(all.reduce((sum, { probability }) => sum + probability, 0) < 1);
});

test('neighbours of one class are one stretch; B- begins another, but not inside a word', () => {
  const labels = ['B-PER', 'I-PER', 'O', 'B-LOC', 'B-LOC', 'I-LOC', 'I-ORG'];
  const words = [0, 1, 2, 3, 3, 4, 5];
  const tokens = words.map((of, i) => word(i, of));
  const classes = labels.map((label, i) => ({ label, probability: 0.5 + i / 20 }));
  assert.deepEqual(
    entitiesOf(tokens, classes).map(({ label, first, last, probability }) => [label, first, last, Math.round(probability * 1000)]),
    [
      ['PER', 0, 1, 525],
      ['LOC', 3, 5, 700],
      ['ORG', 6, 6, 800],
    ],
  );
});

test('mean and first token, and the cosine of vectors', () => {
  const states = tensor('float32', [1, 2, 3], Float32Array.of(1, 2, 3, 3, 2, 1));
  assert.deepEqual([...sentenceVector(states, 'mean')], [2, 2, 2]);
  assert.deepEqual([...sentenceVector(states, 'first')], [1, 2, 3]);
  assert.deepEqual([...sentenceVector(tensor('float32', [1, 2], Float32Array.of(5, 6)), 'mean')], [5, 6]);
  assert.ok(Math.abs(cosine([1, 2, 3], [2, 4, 6]) - 1) < 1e-12);
  assert.equal(cosine([1, 0], [0, 1]), 0);
  assert.ok(Number.isNaN(cosine([0, 0], [1, 1])));
});
