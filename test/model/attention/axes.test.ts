/** Axes followed through Reshape, and lengths that the graph wants to be one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Atoms, type Axis } from '../../../model/attention/find/axes.ts';
import { int64Tensor, makeNode, valueInfo } from '../../../model/attention/graph/builder.ts';
import { GraphView } from '../../../model/attention/graph/view.ts';
import { infer } from '../../../model/attention/infer/infer.ts';
import { onnx } from '../../../model/onnx/proto.js';

const ids = (atoms: Atoms, axes: readonly Axis[] | null): number[][] => (axes ?? []).map((axis) => atoms.resolve(axis).map((a) => a.id));

test('a merged axis keeps its parts, and gives them back', () => {
  const atoms = new Atoms();
  const axes = [2, 3, 13, 8].map((n) => atoms.axis(n)); // [B, H, T, d]
  const flat = atoms.reshape(axes, [6, 13, 8]);
  assert.deepEqual(ids(atoms, flat), [[0, 1], [2], [3]]);
  assert.deepEqual(ids(atoms, atoms.reshape(flat!, [2, 3, 13, 8])), [[0], [1], [2], [3]]);
});

test('what splits an axis at one place has split it everywhere', () => {
  const atoms = new Atoms();
  const [batch, tokens, features] = [2, 13, 24].map((n) => atoms.axis(n)) as [Axis, Axis, Axis];
  const heads = atoms.reshape([batch, tokens, features], [2, 13, 3, 8]);
  assert.deepEqual(
    heads!.map((axis) => atoms.resolve(axis).map((a) => a.size)),
    [[2], [13], [3], [8]],
  );
  assert.deepEqual(
    atoms.resolve(features).map((a) => a.size),
    [3, 8],
  );
});

test('queries and heads in one axis come apart (multi-query layouts)', () => {
  const atoms = new Atoms();
  const rows = atoms.axis(13 * 4);
  const back = atoms.reshape([atoms.axis(2), rows, atoms.axis(8)], [2, 13, 32]);
  assert.deepEqual(
    back!.map((axis) => atoms.resolve(axis).map((a) => a.size)),
    [[2], [13], [4, 8]],
  );
});

test('sizes that do not divide cannot be followed', () => {
  const atoms = new Atoms();
  assert.equal(atoms.reshape([atoms.axis(6), atoms.axis(4)], [8, 3]), null);
  assert.equal(atoms.reshape([atoms.axis(6)], [6, 2]), null);
});

test('axes of length 1 have no parts', () => {
  const atoms = new Atoms();
  assert.deepEqual(ids(atoms, atoms.reshape([atoms.axis(5)], [1, 5, 1])), [[], [0], []]);
});

function view(inputs: readonly onnx.ValueInfoProto[], nodes: readonly onnx.NodeProto[], initializer: onnx.TensorProto[] = []): GraphView {
  const graph = onnx.GraphProto.create({ input: [...inputs], node: [...nodes], output: [], initializer, valueInfo: [] });
  return new GraphView(onnx.ModelProto.create({ graph, opsetImport: [onnx.OperatorSetIdProto.create({ domain: '', version: 17 })] }));
}

test('two names for one length are found to be one where they meet', () => {
  const graph = view(
    [valueInfo('x', 1, ['batch', 'tokens', 8]), valueInfo('attention_mask', 1, ['batch', 'other', 1])],
    [makeNode('Add', ['x', 'attention_mask'], ['y'])],
  );
  const facts = infer(graph);
  assert.deepEqual(facts.get('x')?.shape, facts.get('y')?.shape);
  assert.equal(facts.get('attention_mask')?.shape?.[1], facts.get('x')?.shape?.[1]);
});

test('a shape that is computed in the graph is followed as numbers, and is no data', () => {
  const graph = view(
    [valueInfo('x', 1, ['batch', 'tokens', 24])],
    [
      makeNode('Shape', ['x'], ['shape']),
      makeNode('Slice', ['shape', 'zero', 'two'], ['head']),
      makeNode('Concat', ['head', 'split'], ['wanted'], { axis: 0 }),
      makeNode('Reshape', ['x', 'wanted'], ['y']),
    ],
    [int64Tensor('zero', [0]), int64Tensor('two', [2]), int64Tensor('split', [3, 8])],
  );
  const facts = infer(graph);
  assert.deepEqual(facts.get('y')?.shape?.slice(2), [3, 8]);
  assert.equal(facts.get('shape')?.data, false);
  assert.equal(facts.get('y')?.data, true);
});

test('sound that a convolution would use up is taken longer', () => {
  const weight = onnx.TensorProto.create({ name: 'w', dataType: 1, dims: [4, 1, 400], rawData: new Uint8Array(4 * 4 * 400) });
  const graph = view(
    [valueInfo('samples', 1, ['batch', 1, 'length'])],
    [makeNode('Conv', ['samples', 'w'], ['y'], { strides: [320] })],
    [weight],
  );
  assert.ok(infer(graph).get('y')!.shape![2]! >= 4);
});
