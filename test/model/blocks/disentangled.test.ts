import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bucketOf, bucketRows, disentangledBias } from '../../../model/blocks/positions/disentangled.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { classic, ops } from './blocks.ts';

const golden = classic('positions');
const relative = golden.get('buckets/relative');
const numbers = ({ data }: Tensor): number[] => Array.from(data as BigInt64Array, Number);

describe('DeBERTa: buckets of distances', () => {
  for (const [buckets, longest] of [
    [4, 40],
    [256, 512],
    [6, 12],
  ] as const) {
    test(`${buckets} buckets up to ${longest}`, () => {
      const settings = { buckets, longest };
      const rows = bucketOf(ops, relative, settings);
      const inTable = numbers(golden.get(`buckets/deberta_${buckets}_${longest}`)).map((bucket) =>
        Math.min(Math.max(bucket + buckets, 0), bucketRows(settings) - 1),
      );
      assert.deepEqual(numbers(rows), inTable);
    });
  }

  test('without buckets every distance has its row, up to the longest', () => {
    const rows = bucketOf(ops, ops.range(-5, 6), { buckets: null, longest: 3 });
    assert.deepEqual(numbers(rows), [0, 0, 0, 1, 2, 3, 4, 5, 5, 5, 5]);
  });
});

test('DeBERTa: each term picks the vector of its distance', () => {
  const [queries, width, rows] = [3, 2, 4];
  const fill = (count: number, from: number): number[] => Array.from({ length: count }, (_, n) => Math.sin(n * 1.7 + from));
  const make = (length: number, from: number): Tensor => ops.floats(fill(length * width, from), [1, 1, length, width]);
  const [query, key, positionKey, positionQuery] = [make(queries, 1), make(queries, 2), make(rows, 3), make(rows, 4)];
  const places = ops.range(0, queries);
  const distance = ops.sub(ops.unsqueeze(places, [1]), ops.unsqueeze(places, [0]));
  const row = bucketOf(ops, distance, { buckets: null, longest: 2 });
  const actual = disentangledBias(ops, { query, key, positionKey, positionQuery, rows: row });
  assert.ok(actual);
  const dot = (a: Tensor, i: number, b: Tensor, j: number): number =>
    Number(a.data[2 * i]) * Number(b.data[2 * j]) + Number(a.data[2 * i + 1]) * Number(b.data[2 * j + 1]);
  for (let i = 0; i < queries; i++) {
    for (let j = 0; j < queries; j++) {
      const delta = Math.min(Math.max(i - j + 2, 0), 3);
      const expected = dot(query, i, positionKey, delta) + dot(key, j, positionQuery, delta);
      assert.ok(Math.abs(Number(actual.data[i * queries + j]) - expected) < 1e-6, `${i}, ${j}`);
    }
  }
});
