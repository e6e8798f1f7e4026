import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Token } from '../../../model/protocol/panel.ts';
import { axisOf, heaviestFirst, type Side } from '../../../webview/state/axis.ts';
import { similarTogether } from '../../../webview/state/cluster.ts';
import { belowThreshold, differenceOf, isPlain, meanOf, regroup } from '../../../webview/state/shape.ts';
import { answersOf, groupedOf, membersOf, rowOf } from '../../../webview/state/shown.ts';

/** [CLS] un believ able . — a special token, a word of three tokens, a full stop. */
function side(): Side {
  const text = 'unbelievable .';
  const token = (piece: string, start: number, end: number, word: number | null, special = false): Token => ({
    id: 1,
    piece,
    start,
    end,
    special,
    word,
    segment: 0,
  });
  const tokens = [
    token('[CLS]', 0, 0, null, true),
    token('un', 0, 2, 0),
    token('##believ', 2, 8, 0),
    token('##able', 8, 12, 0),
    token('.', 13, 14, 1),
  ];
  return { text, tokens, count: 5, unit: 'token' };
}

// Rows sum to 1; every number is different, so that a transposed axis shows.
const WEIGHTS = Float32Array.from([
  0.4, 0.3, 0.15, 0.1, 0.05, 0.1, 0.2, 0.3, 0.35, 0.05, 0.5, 0.125, 0.25, 0.0625, 0.0625, 0.7, 0.1, 0.05, 0.05, 0.1, 0.6, 0.2, 0.1, 0.06,
  0.04,
]);

test('plain axes change nothing', () => {
  const axis = axisOf(side(), { specials: 'show', grouping: 'token' });
  assert.ok(isPlain(axis));
  assert.deepEqual([...regroup(WEIGHTS, 5, axis, axis).cells.data], [...WEIGHTS]);
});

test('to a word is the sum of its tokens, from a word their mean; rows still add up with what is hidden', () => {
  const axis = axisOf(side(), { specials: 'hide', grouping: 'word' });
  assert.deepEqual(axis.labels, ['unbelievable', '.']);
  const { cells, hidden } = regroup(WEIGHTS, 5, axis, axis);
  assert.equal(cells.rows, 2);
  const to = (row: number) => WEIGHTS[row * 5 + 1]! + WEIGHTS[row * 5 + 2]! + WEIGHTS[row * 5 + 3]!;
  assert.ok(Math.abs(cells.data[0]! - (to(1) + to(2) + to(3)) / 3) < 1e-6);
  assert.ok(Math.abs(cells.data[2]! - to(4)) < 1e-6);
  assert.ok(Math.abs(hidden[1]! - 0.6) < 1e-6);
  for (let row = 0; row < 2; row++) assert.ok(Math.abs(cells.data[row * 2]! + cells.data[row * 2 + 1]! + hidden[row]! - 1) < 1e-6);
});

test('special tokens can be shown; without them their column and row are gone', () => {
  assert.deepEqual(axisOf(side(), { specials: 'show', grouping: 'token' }).labels, ['[CLS]', 'un', 'believ', 'able', '.']);
  const hidden = axisOf(side(), { specials: 'hide', grouping: 'token' });
  assert.deepEqual(hidden.labels, ['un', 'believ', 'able', '.']);
  assert.deepEqual([...hidden.placeOf], [-1, 0, 1, 2, 3]);
});

test('heaviest keys first', () => {
  const axis = heaviestFirst(axisOf(side(), { specials: 'show', grouping: 'token' }), WEIGHTS, 5);
  assert.deepEqual(axis.labels, ['[CLS]', 'un', 'believ', 'able', '.']);
  const heavyLast = heaviestFirst(
    axisOf(side(), { specials: 'show', grouping: 'token' }),
    Float32Array.from(WEIGHTS, (_, i) => (i % 5) / 10),
    5,
  );
  assert.deepEqual(heavyLast.labels, ['.', 'able', 'believ', 'un', '[CLS]']);
});

test('what a threshold leaves out is counted with what was hidden before', () => {
  const cells = { data: Float32Array.from([0.5, 0.04, 0.3, 0.01]), rows: 2, columns: 2 };
  const mass = belowThreshold(cells, 0.05, Float32Array.from([0.46, 0.69]));
  assert.ok(Math.abs(mass[0]! - 0.5) < 1e-6);
  assert.ok(Math.abs(mass[1]! - 0.7) < 1e-6);
});

test('mean and difference of maps', () => {
  const [a, b] = [Float32Array.from([1, 0, 0.5]), Float32Array.from([0, 1, 0.25])];
  assert.deepEqual([...meanOf([a, b])], [0.5, 0.5, 0.375]);
  assert.deepEqual([...differenceOf(a, b)], [1, -1, 0.25]);
  assert.equal(meanOf([a]), a);
});

test('rows in groups: a word asks with the mean of its tokens and answers with their sum; every row keeps its sum', () => {
  const one = side();
  const shown = { weights: WEIGHTS, queries: one, keys: one, grouped: groupedOf(one, one, 'word') };
  const row = rowOf(shown, [2], 'from');
  assert.deepEqual(membersOf(shown, [2, 1], 'from'), [[1, 2, 3]], 'two tokens of a word ask once');
  for (let key = 0; key < 5; key++) {
    const mean = (WEIGHTS[5 + key]! + WEIGHTS[10 + key]! + WEIGHTS[15 + key]!) / 3;
    assert.ok(Math.abs(row[key]! - mean) < 1e-6);
  }
  const answers = answersOf(shown, row, 'from');
  assert.equal(answers.length, 3);
  assert.ok(Math.abs(answers.reduce((a, b) => a + b, 0) - 1) < 1e-6);
  assert.ok(Math.abs(answers[1]! - (row[1]! + row[2]! + row[3]!)) < 1e-6);
  const column = answersOf(shown, rowOf(shown, [2], 'to'), 'to');
  const { cells } = regroup(
    WEIGHTS,
    5,
    axisOf(one, { specials: 'show', grouping: 'word' }),
    axisOf(one, { specials: 'show', grouping: 'word' }),
  );
  for (let place = 0; place < 3; place++) {
    assert.ok(Math.abs(answers[place]! - cells.data[3 + place]!) < 1e-6, `row, place ${place}, as the matrix has it`);
    assert.ok(Math.abs(column[place]! - cells.data[3 * place + 1]!) < 1e-6, `column, place ${place}, as the matrix has it`);
  }
});

test('without groups a row is the row, and several are summed', () => {
  const one = side();
  const shown = { weights: WEIGHTS, queries: one, keys: one, grouped: groupedOf(one, one, 'token') };
  assert.deepEqual([...rowOf(shown, [3], 'from')], [...WEIGHTS.subarray(15, 20)]);
  assert.equal(answersOf(shown, WEIGHTS.subarray(0, 5), 'from').length, 5);
  const two = rowOf(shown, [0, 1], 'from');
  assert.ok(Math.abs(two[3]! - (WEIGHTS[3]! + WEIGHTS[8]!)) < 1e-6);
});

test('similar keys stand together: two groups of keys that alternate come apart, every key once', () => {
  const [T, S] = [40, 12];
  const weights = Float32Array.from({ length: T * S }, (_, i) => {
    const [t, s] = [Math.floor(i / S), i % S];
    return t < T / 2 === (s % 2 === 0) ? 0.1 + s / 1000 : 0.001;
  });
  const plain = {
    labels: Array.from({ length: S }, (_, s) => `k${s}`),
    groups: Array.from({ length: S }, (_, s) => [s]),
    placeOf: Int32Array.from({ length: S }, (_, s) => s),
  };
  const axis = similarTogether(plain, weights, S);
  const parities = axis.groups.map(([s]) => s! % 2);
  assert.equal(parities.filter((p, i) => i > 0 && p !== parities[i - 1]).length, 1, axis.labels.join(' '));
  assert.deepEqual(
    [...axis.groups.flat()].sort((a, b) => a - b),
    Array.from({ length: S }, (_, s) => s),
  );
  axis.groups.forEach(([s], place) => {
    assert.equal(axis.placeOf[s!], place);
    assert.equal(axis.labels[place], `k${s}`);
  });
  const zeros = similarTogether(plain, new Float32Array(T * S), S);
  assert.equal(zeros.groups.length, S);
});
