import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badgeOf, type Metric, type MetricTokens, metrics, metricsFor } from '../../../model/metrics/index.ts';
import { assertClose } from '../compare.ts';

function metric(id: string): Metric {
  const found = metrics.find((m) => m.id === id);
  assert.ok(found, `no metric ${id}`);
  return found;
}

/** Tokens [CLS] a b a b [SEP]-like: ids with the first and last special. */
const tokens: MetricTokens = { keyIds: [101, 7, 8, 7, 8, 102], special: [true, false, false, false, false, true] };

function value(id: string, rows: number[][], facts: MetricTokens = tokens): number {
  const S = rows[0]!.length;
  return metric(id).perHead(Float32Array.from(rows.flat()), rows.length, S, facts);
}

/** One row a query: all weight on the key that `target` names. */
function looksAt(target: (t: number) => number, T = 6, S = 6): number[][] {
  return Array.from({ length: T }, (_, t) => Array.from({ length: S }, (_, s) => (s === target(t) ? 1 : 0)));
}

const uniform = Array.from({ length: 6 }, () => new Array<number>(6).fill(1 / 6));

function equals(actual: number, expected: number): void {
  assertClose([actual], [expected], { rtol: 1e-6, atol: 1e-7 });
}

test('hand-made maps have the values that the definitions say', () => {
  equals(value('entropy', uniform), Math.log2(6));
  equals(
    value(
      'entropy',
      looksAt((t) => t),
    ),
    0,
  );
  equals(
    value(
      'distance',
      looksAt(() => 0),
    ),
    15 / 6,
  );
  equals(
    value(
      'previous-token',
      looksAt((t) => Math.max(0, t - 1)),
    ),
    1,
  );
  equals(
    value(
      'next-token',
      looksAt((t) => Math.min(5, t + 1)),
    ),
    1,
  );
  equals(value('diagonal', uniform), 1 / 6);
  equals(
    value(
      'first-token',
      looksAt((t) => (t === 0 ? 3 : 0)),
    ),
    1,
  );
  equals(
    value(
      'separator',
      looksAt((t) => (t < 3 ? 5 : 0)),
    ),
    0.5,
  );
  equals(value('locality', uniform), (3 + 4 + 5 + 5 + 4 + 3) / 36);
  equals(
    value(
      'span',
      looksAt(() => 0),
    ),
    15 / 6,
  );
  equals(
    value(
      'concentration',
      looksAt((t) => (t < 4 ? 2 : 1)),
    ),
    4 / 6,
  );
});

test('induction and same token before are taken over repeated tokens alone', () => {
  // Queries 3 (a again) and 4 (b again): after the first a stands b (2), after the first b stands a (3).
  const rows = looksAt(() => 0);
  rows[3] = [0, 0.25, 0.75, 0, 0, 0];
  rows[4] = [0, 0, 0.5, 0.25, 0.25, 0];
  equals(value('induction', rows), (0.75 + 0.25) / 2);
  equals(value('duplicate-token', rows), (0.25 + 0.5) / 2);
});

test('where a metric has no case it is NaN, and no badge', () => {
  const distinct: MetricTokens = { keyIds: [1, 2, 3, 4, 5, 6], special: new Array<boolean>(6).fill(false) };
  assert.ok(Number.isNaN(value('induction', uniform, distinct)));
  assert.ok(Number.isNaN(value('separator', uniform, distinct)));
  assert.ok(Number.isNaN(value('previous-token', [[1]], { keyIds: [1], special: [false] })));
  assert.equal(badgeOf(metric('induction'), Number.NaN), null);
});

test('fully masked queries do not count', () => {
  const rows = looksAt((t) => Math.max(0, t - 1));
  rows[5] = new Array<number>(6).fill(0);
  equals(value('previous-token', rows), 1);
});

test('with a cache the last query stands at the last key', () => {
  equals(value('previous-token', [[0, 0, 0, 0, 1, 0]]), 1);
  equals(value('distance', [[1, 0, 0, 0, 0, 0]]), 5);
});

test('wrong sizes are refused with the numbers', () => {
  assert.throws(() => metric('entropy').perHead(new Float32Array(5), 2, 3, tokens), /2 queries and 3 keys has 6 weights, but 5/);
  assert.throws(() => metric('entropy').perHead(new Float32Array(6), 2, 3, tokens), /3 keys need 3 ids/);
});

test('a badge is said from its threshold on, and only position-free metrics for cross-attention', () => {
  assert.equal(badgeOf(metric('previous-token'), 0.93), 'looks at the previous token');
  assert.equal(badgeOf(metric('previous-token'), 0.1), null);
  assert.deepEqual(
    metricsFor(false).map((m) => m.id),
    ['entropy', 'separator', 'concentration'],
  );
});

test('every metric explains itself, under its own id', () => {
  assert.equal(new Set(metrics.map((m) => m.id)).size, metrics.length);
  for (const m of metrics) for (const words of [m.name, m.definition, m.formula, m.source]) assert.ok(words.length > 3);
});
