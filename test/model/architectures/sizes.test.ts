/** Sizes of models follow from their shapes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GPT2_SIZES, gpt2Of, numbersOf, shapesOf } from './shapes.ts';

const millions = (vocabulary: number) => GPT2_SIZES.map((size) => Math.round(numbersOf(gpt2Of(size, vocabulary)) / 1e6));

test('GPT-2: 117 M, 345 M, 762 M and 1,542 M, as the paper counts them, with the vocabulary of the first GPT', () => {
  assert.deepEqual(millions(40_478), [117, 345, 762, 1542]);
});

test('GPT-2: 124 M, 355 M, 774 M and 1,558 M with the 50,257 tokens of the files', () => {
  assert.deepEqual(millions(50_257), [124, 355, 774, 1558]);
  assert.equal(numbersOf(gpt2Of([12, 768], 50_257)), 124_439_808);
});

test('what a layer of the small one is made of: 12·D² and its biases', () => {
  const layer = [...shapesOf(gpt2Of([12, 768], 50_257))].filter(([name]) => name.includes('h.0.'));
  const matrices = layer.filter(([, shape]) => shape.length === 2);
  assert.equal(
    matrices.reduce((sum, [, [a, b]]) => sum + a! * b!, 0),
    12 * 768 ** 2,
  );
});
