/** Beam search on a small made-up language model, against all its texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BeamTree, growTree, idsTo, plantTree } from '../../../model/generation/beam.ts';
import { randomAt } from '../../../model/generation/random.ts';

const V = 4;
const END = 0;
const LONGEST = 5;

/** Logits after a beginning; any fixed function of it will do. */
function logitsAfter(ids: readonly number[]): Float32Array {
  const seed = ids.reduce((hash, id) => hash * 31 + id + 1, 17);
  return Float32Array.from({ length: V }, (_, id) => 3 * randomAt(seed, id));
}

function logP(ids: readonly number[]): number {
  return ids.reduce((sum, id, i) => {
    const row = logitsAfter(ids.slice(0, i));
    return sum + row[id]! - Math.log(row.reduce((total, z) => total + Math.exp(z), 0));
  }, 0);
}

function search(width: number): BeamTree {
  let tree = plantTree(width);
  while (tree.open.length > 0) {
    const rows = tree.open.map((index) => logitsAfter(idsTo(tree, index)));
    tree = growTree(tree, rows, new Set([END]), LONGEST);
  }
  return tree;
}

test('one beam is greedy', () => {
  const greedy: number[] = [];
  while (greedy.length < LONGEST && greedy.at(-1) !== END) {
    const row = logitsAfter(greedy);
    greedy.push(row.indexOf(Math.max(...row)));
  }
  const tree = search(1);
  assert.deepEqual(idsTo(tree, tree.done[0]!), greedy);
});

test('scores are the log probabilities of the texts, and texts are ranked by them for their length', () => {
  const tree = search(4);
  assert.equal(tree.done.length, 4);
  const ranks = tree.done.map((index) => tree.nodes[index]!.score / tree.nodes[index]!.length);
  assert.deepEqual(
    ranks,
    [...ranks].sort((a, b) => b - a),
  );
  for (const index of tree.done) assert.ok(Math.abs(tree.nodes[index]!.score - logP(idsTo(tree, index))) < 1e-5);
});

test('eight beams find what a search of all texts finds, where eight hold all that matters', () => {
  const texts: number[][] = [];
  const visit = (ids: number[]) => {
    if (ids.length > 0 && (ids.at(-1) === END || ids.length === LONGEST)) texts.push(ids);
    else for (let id = 0; id < V; id++) visit([...ids, id]);
  };
  visit([]);
  const rank = (ids: number[]) => logP(ids) / ids.length;
  const best = texts.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  const tree = search(8);
  assert.deepEqual(idsTo(tree, tree.done[0]!), best);
});

test('the tree is a tree: every node continues one before it, and no width is beyond eight', () => {
  const tree = search(8);
  for (const { index, parent, length } of tree.nodes) {
    assert.ok(parent < index);
    assert.equal(idsTo(tree, index).length, length);
  }
  assert.equal(plantTree(50).width, 8);
});
