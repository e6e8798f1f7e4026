import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, drawn, GREEDY } from '../../../model/generation/choose.ts';
import { randomAt, randomFrom } from '../../../model/generation/random.ts';

const settings = (change: Partial<typeof GREEDY>) => ({ ...GREEDY, sample: true, ...change });
/** Logits whose softmax is 1/2, 1/4, 1/8, 1/8. */
const ROW = Float32Array.from([1 / 8, 1 / 2, 1 / 8, 1 / 4], Math.log);
const shares = (candidates: readonly { id: number; probability: number }[]) =>
  candidates.map(({ id, probability }) => [id, Math.round(probability * 1e6) / 1e6]);

test('greedy takes the largest, the first of equal ones', () => {
  assert.deepEqual(candidatesOf(ROW, GREEDY, []), [{ id: 1, probability: 1 }]);
  assert.equal(candidatesOf(Float32Array.of(2, 2), GREEDY, [])[0]!.id, 0);
});

test('sampling at temperature 1 has the probabilities of the model', () => {
  assert.deepEqual(shares(candidatesOf(ROW, settings({}), [])), [
    [1, 0.5],
    [3, 0.25],
    [0, 0.125],
    [2, 0.125],
  ]);
});

test('temperature ½ squares the ratios: 16 : 4 : 1 : 1', () => {
  assert.deepEqual(shares(candidatesOf(ROW, settings({ temperature: 0.5 }), [])), [
    [1, 0.727273],
    [3, 0.181818],
    [0, 0.045455],
    [2, 0.045455],
  ]);
});

test('top-k keeps the k largest, top-p the fewest that hold p, and what is left adds up to 1', () => {
  assert.deepEqual(shares(candidatesOf(ROW, settings({ topK: 2 }), [])), [
    [1, 0.666667],
    [3, 0.333333],
  ]);
  assert.deepEqual(shares(candidatesOf(ROW, settings({ topP: 0.7 }), [])), [
    [1, 0.666667],
    [3, 0.333333],
  ]);
  assert.deepEqual(shares(candidatesOf(ROW, settings({ topP: 0.1 }), [])), [[1, 1]]);
});

test('the penalty divides positive logits of tokens that were there and multiplies negative ones', () => {
  const row = Float32Array.of(2, -1, 1);
  const p = candidatesOf(row, settings({ repetitionPenalty: 2 }), [0, 1, 0]);
  const z = [1, -2, 1].map(Math.exp);
  const sum = z.reduce((a, b) => a + b);
  for (const { id, probability } of p) assert.ok(Math.abs(probability - z[id]! / sum) < 1e-6);
});

test('what must not come is never drawn', () => {
  const row = Float32Array.of(Number.NEGATIVE_INFINITY, 0, 0);
  assert.deepEqual(
    candidatesOf(row, settings({}), []).map(({ id }) => id),
    [1, 2],
  );
});

test('draws follow the probabilities: 20,000 draws of a seed within four standard deviations', () => {
  const candidates = candidatesOf(ROW, settings({}), []);
  const counts = [0, 0, 0, 0];
  const random = randomFrom(7);
  for (let i = 0; i < 20_000; i++) counts[drawn(candidates, random.next()).id]!++;
  [1 / 8, 1 / 2, 1 / 8, 1 / 4].forEach((p, id) => {
    assert.ok(Math.abs(counts[id]! - 20_000 * p) < 4 * Math.sqrt(20_000 * p * (1 - p)), `${id}: ${counts[id]}`);
  });
  assert.equal(drawn(candidates, 0).id, 1);
  assert.equal(drawn(candidates, 1 - 2 ** -32).id, 2);
});

test('a seed gives the same numbers again, at any place, and other seeds give others', () => {
  const [a, b] = [randomFrom(3), randomFrom(3)];
  const first = Array.from({ length: 5 }, () => a.next());
  assert.deepEqual(
    first,
    Array.from({ length: 5 }, () => b.next()),
  );
  assert.deepEqual(
    first,
    first.map((_, place) => randomAt(3, place)),
  );
  assert.notDeepEqual(
    first,
    first.map((_, place) => randomAt(4, place)),
  );
});
