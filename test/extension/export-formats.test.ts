import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExportedHead, toCsv, toJson } from '../../extension/export-formats.ts';
import type { Token } from '../../model/protocol/panel.ts';

const token = (piece: string): Token => ({ id: 7, piece, start: 0, end: 1, special: false, word: 0, segment: 0 });
const rows = [Float32Array.of(0.1, 0.2, 0.7), Float32Array.of(1 / 3, 1e-12, 2 / 3)];
const head: ExportedHead = {
  model: 'm',
  text: 'a',
  kind: 'self',
  layer: 0,
  head: 1,
  queries: [token('a'), token('=1+1')],
  keys: [token('x,"y"'), token('-b'), token('c')],
  rows,
};

test('every number reads back as the same float32', () => {
  const numbers = toCsv(head)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(-3).map(Number));
  assert.deepEqual(
    numbers.map((row) => row.map(Math.fround)),
    rows.map((row) => Array.from(row)),
  );
  const { weights } = JSON.parse(toJson(head));
  assert.deepEqual(
    weights.map((row: number[]) => row.map(Math.fround)),
    rows.map((row) => Array.from(row)),
  );
});

test('tokens are quoted, and none becomes a formula', () => {
  const [header, , second] = toCsv(head).split('\n');
  assert.equal(header, 'query \\ key,"x,""y""",\'-b,c');
  assert.ok(second?.startsWith("'=1+1,"));
});
