/** The shortest path in a graph's data, against a search that tries every way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { pathBetween, pathKeys } from '../../../webview/page/graph/path.ts';

/** One value a node; `inputs` by the number of the node that makes them. */
function graph(inputs: readonly (readonly number[])[]): GraphData {
  const nodes = inputs.map((from, i) => ({ name: `n${i}`, op: 'Add', group: i === 2 ? 1 : 0, inputs: from, outputs: [i], attributes: [] }));
  const values = inputs.map((_, i) => ({ name: `v${i}`, dtype: '', shape: null, producer: i }));
  const group = { name: '', items: [], repeats: 1, nodes: 0 };
  return {
    nodes,
    values,
    groups: [
      { ...group, parent: -1 },
      { ...group, parent: 0 },
    ],
    outputs: [],
    sites: [],
  };
}

test('of two ways the shorter one is found, with the values along it', () => {
  const data = graph([[], [0], [1], [2, 0], [3]]);
  assert.deepEqual(pathBetween(data, 0, 4), { nodes: [0, 3, 4], values: [0, 3], backwards: false });
  assert.deepEqual(pathBetween(data, 1, 3)?.nodes, [1, 2, 3]);
});

test('against the direction the path is found and said to lead back; unrelated nodes have none', () => {
  const data = graph([[], [0], [], [1]]);
  assert.deepEqual(pathBetween(data, 3, 0), { nodes: [0, 1, 3], values: [0, 1], backwards: true });
  assert.equal(pathBetween(data, 2, 3), null);
});

test('boxes on the path are its nodes and the groups around them', () => {
  const data = graph([[], [0], [1]]);
  assert.deepEqual([...pathKeys(data, pathBetween(data, 1, 2))].sort(), ['group 1', 'node 1', 'node 2']);
});

test('lengths equal those of all pairs found by trying every edge (Floyd and Warshall)', () => {
  const n = 24;
  const edges = Array.from({ length: n }, (_, to) =>
    Array.from({ length: to }, (_, from) => from).filter((from) => (from * 7 + to * 13) % 5 === 0),
  );
  const data = graph(edges);
  const far = Array.from({ length: n }, (_, a) =>
    Array.from({ length: n }, (_, b) => (a === b ? 0 : edges[b]!.includes(a) ? 1 : Number.POSITIVE_INFINITY)),
  );
  for (let k = 0; k < n; k++)
    for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) far[a]![b] = Math.min(far[a]![b]!, far[a]![k]! + far[k]![b]!);
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const wanted = far[a]![b]!;
      const path = pathBetween(data, a, b);
      assert.equal(path && !path.backwards ? path.nodes.length - 1 : Number.POSITIVE_INFINITY, wanted, `${a} to ${b}`);
    }
  }
});
