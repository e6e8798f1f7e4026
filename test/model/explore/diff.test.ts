/** Two models compared, against NumPy (test/data/explore/make/differences.py): what belongs together, and by how much it differs. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { comparedPairs } from '../../../model/explore/diff/compared.ts';
import { turned } from '../../../model/explore/diff/difference.ts';
import { keyOf, pairsOf } from '../../../model/explore/diff/pairs.ts';
import { structureOf } from '../../../model/explore/diff/structure.ts';
import type { Series } from '../../../model/explore/series.ts';
import { Subject } from '../../../model/explore/subject.ts';
import type { Difference, Pair, Structure, TensorFacts } from '../../../model/protocol/diff.ts';
import { fixture, readJson } from '../goldens.ts';
import { diskFolder } from '../safetensors/folder.ts';

type Expected = Record<string, Omit<Difference, 'turned'>>;
const expected = readJson<{ tuned: Expected; graph: Expected }>(fixture('explore', 'diff', 'expected.json'));
const quiet = { progress: () => undefined, check: () => undefined };
const open = (name: string, entry: string) => Subject.open(diskFolder(fixture('explore', 'diff', name)), entry, () => 0);

/** Sums in another order: 1e-12 relative. */
function close(actual: number | null, wanted: number | null, what: string): void {
  assert.ok(actual !== null && wanted !== null, what);
  assert.ok(Math.abs(actual - wanted) <= 1e-12 * Math.abs(wanted), `${what}: ${actual}, NumPy says ${wanted}`);
}

function equal(name: string, actual: Difference, wanted: Omit<Difference, 'turned'>): void {
  for (const key of ['delta', 'baseNorm', 'otherNorm', 'largest', 'cosine'] as const) close(actual[key], wanted[key], `${name}: ${key}`);
  for (const key of ['changed', 'count', 'notFinite'] as const) assert.equal(actual[key], wanted[key], `${name}: ${key}`);
}

const facts = (name: string, shape: readonly number[], part = name.split('.')): TensorFacts => ({
  ...{ name, shape, part, dtype: 'float32', bytes: 0, packed: false },
  values: shape.reduce((all, n) => all * n, 1),
});

describe('a checkpoint and its fine-tuned successor', () => {
  let [base, other]: Subject[] = [];
  let structure: Structure;
  before(async () => {
    [base, other] = [await open('base', 'model.safetensors'), await open('tuned', 'model.safetensors')];
    structure = await structureOf(base, other);
  });

  test('every pair has the numbers that NumPy has: other types, more rows, NaN and infinities', async () => {
    const compared = await comparedPairs({ base: base!, other: other! }, structure.pairs, false, quiet);
    const seen = new Set<string>();
    for (const [i, pair] of structure.pairs.entries()) {
      const { name } = pair.base;
      assert.equal(pair.how, 'beginning', name);
      const result = compared[i]!;
      if (!('difference' in result)) {
        assert.deepEqual([name, result.failure], ['encoder.layer.1.down.bias', 'The shapes differ: 6 and 7.']);
        continue;
      }
      seen.add(name);
      equal(name, result.difference, expected.tuned[name]!);
      assert.equal(result.difference.turned, false);
    }
    assert.deepEqual([...seen].sort(), Object.keys(expected.tuned).sort());
  });

  test('what only one of them has, and what their configurations say', () => {
    assert.deepEqual(
      structure.onlyBase.map(({ name }) => name),
      ['pooler.weight'],
    );
    assert.deepEqual(
      structure.onlyOther.map(({ name }) => name),
      ['classifier.weight'],
    );
    assert.equal(structure.leftOut, 1, 'the steps');
    assert.deepEqual(structure.config, [
      { what: 'vocab_size', base: '13', other: '16' },
      { what: 'rope.base', base: '10000', other: '50000' },
      { what: 'num_labels', base: null, other: '3' },
    ]);
    const table = structure.pairs.find(({ base }) => base.name === 'embeddings.word.weight');
    assert.equal(table?.rows, 13);
  });

  test('the same file twice is equal everywhere', async () => {
    const same = await structureOf(base!, base!);
    assert.deepEqual([same.onlyBase, same.onlyOther, same.config, same.facts], [[], [], [], []]);
    for (const result of await comparedPairs({ base: base!, other: base! }, same.pairs, false, quiet)) {
      assert.ok('difference' in result);
      assert.deepEqual([result.difference.delta, result.difference.changed, result.difference.notFinite], [0, 0, 0]);
    }
  });
});

describe('a checkpoint and a graph', () => {
  let [base, other]: Subject[] = [];
  let structure: Structure;
  const found = (name: string): Pair => structure.pairs.find((pair) => pair.base.name === name)!;
  before(async () => {
    [base, other] = [await open('base', 'model.safetensors'), await open('graph', 'model.onnx')];
    structure = await structureOf(base, other);
  });

  test('weights are found by module, by name and by their numbers', () => {
    const how = (name: string) => [found(name).other.name, found(name).how, found(name).turn];
    assert.deepEqual(how('encoder.layer.0.up.weight'), ['onnx::MatMul_43', 'module', 'yes']);
    assert.deepEqual(how('encoder.layer.0.query.weight'), ['onnx::MatMul_41', 'module', 'try']);
    assert.deepEqual(how('encoder.layer.1.down.weight'), ['onnx::MatMul_50_Q4', 'module', 'no']);
    assert.deepEqual(how('encoder.layer.1.up.weight'), ['encoder.layer.1.up.weight_quantized', 'name', 'yes']);
    assert.deepEqual(how('pooler.weight'), ['w_final', 'values', 'try']);
    assert.equal(structure.onlyOther.length, 0, 'scales and zero points are no weights');
  });

  test('exchanged axes and de-quantised weights have the numbers that NumPy and onnxruntime have', async () => {
    const compared = await comparedPairs({ base: base!, other: other! }, structure.pairs, true, quiet);
    const seen = new Set<string>();
    for (const [i, { base }] of structure.pairs.entries()) {
      const result = compared[i]!;
      assert.ok('difference' in result, `${base.name}: ${JSON.stringify(result)}`);
      const wanted = expected.graph[base.name]!;
      seen.add(base.name);
      if (wanted.delta === 0) assert.deepEqual([result.difference.delta, result.difference.changed], [0, 0], base.name);
      else equal(base.name, result.difference, wanted);
      assert.equal(
        result.difference.turned,
        !['embeddings.word.weight', 'encoder.layer.1.down.weight', 'pooler.weight'].includes(base.name),
        base.name,
      );
    }
    assert.deepEqual([...seen].sort(), Object.keys(expected.graph).sort());
  });

  test('codes are not compared with weights unless asked', async () => {
    const pair = found('encoder.layer.1.down.weight');
    const [result] = await comparedPairs({ base: base!, other: other! }, [pair], false, quiet);
    assert.match((result as { failure: string }).failure, /choose De-quantised/);
  });
});

test('a matrix larger than a band is read in bands, each number once', async () => {
  const [R, C] = [2100, 2050];
  const value = (r: number, c: number) => ((r * 31 + c * 17) % 1013) - 500;
  const series = (shape: readonly number[], at: (i: number) => number): Series => ({
    ...{ name: 'made', shape, dtype: 'float32', bits: 32 },
    read: async (start, count) => Float32Array.from({ length: count }, (_, i) => at(start + i)),
  });
  const a = series([R, C], (i) => value(Math.floor(i / C), i % C));
  const b = series([C, R], (i) => value(i % R, Math.floor(i / R)) + (i === 77 ? 3 : 0));
  const { delta, changed, count } = await turned(a, b, quiet);
  assert.deepEqual([delta, changed, count], [3, 1, R * C]);
});

test('a cancelled comparison ends, others say their sentence', async () => {
  const subject = await open('base', 'model.safetensors');
  const structure = await structureOf(subject, subject);
  const { HeadlightError } = await import('../../../model/errors.ts');
  const check = () => {
    throw new HeadlightError('cancelled', 'Stopped.');
  };
  const two = { base: subject, other: subject };
  await assert.rejects(comparedPairs(two, structure.pairs, false, { progress: () => undefined, check }), { code: 'cancelled' });
});

test('names: layers are never exchanged for other layers, halves never for each other', () => {
  const pairs = (a: string[], b: string[]) =>
    pairsOf(
      a.map((name) => facts(name, [4, 2])),
      b.map((name) => facts(name, [4, 2])),
      true,
    ).pairs.map(({ base, other }) => [base.name, other.name]);
  assert.deepEqual(pairs(['h.0.w', 'h.1.w'], ['h.0.w', 'x.0.w']), [['h.0.w', 'h.0.w']]);
  assert.deepEqual(pairs(['encoder.w'], ['decoder.w']), []);
  assert.deepEqual(pairs(['model.a.w', 'model.b.w', 'head.w'], ['a.w', 'b.w', 'head.w']), [
    ['model.a.w', 'a.w'],
    ['model.b.w', 'b.w'],
    ['head.w', 'head.w'],
  ]);
  assert.equal(keyOf({ name: 'model.layers.0.attn.q_proj.MatMul.weight_Q4', part: [] }), 'model.layers.0.attn.q_proj.weight');
  assert.equal(keyOf({ name: 'val_76', part: ['model', 'layers', '0', 'q', 'val_76'] }), 'model.layers.0.q.weight');
});
