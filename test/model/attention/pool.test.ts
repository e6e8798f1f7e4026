/** Thumbnails of maps larger than their grid, against the definition in plain loops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder, valueInfo } from '../../../model/attention/graph/builder.ts';
import { pooled, rowSums } from '../../../model/attention/probe/pool.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { tensor } from '../../../model/tensor.ts';
import { assertClose, EXACT } from '../compare.ts';
import { pooledByHand } from './corpus.ts';
import { Session } from './session.ts';

for (const opset of [11, 13, 18]) {
  test(`opset ${opset}: the largest weight of every cell, for lengths that the grid divides and lengths that it does not`, async () => {
    const b = new Builder('test', opset);
    b.rename(pooled(b, 'w'), 'pooled');
    b.rename(rowSums(b, 'w'), 'sums');
    const graph = onnx.GraphProto.create({
      name: 'pool',
      node: b.nodes,
      initializer: b.initializers,
      input: [valueInfo('w', 1, ['B', 'H', 'T', 'S'])],
      output: [valueInfo('pooled', 1), valueInfo('sums', 1)],
    });
    const model = onnx.ModelProto.create({
      irVersion: 8,
      opsetImport: [onnx.OperatorSetIdProto.create({ domain: '', version: opset })],
      graph,
    });
    const session = await Session.create(model);
    for (const [queries, keys] of [
      [1, 1],
      [7, 40],
      [32, 33],
      [64, 64],
      [65, 70],
      [131, 31],
      [96, 257],
      [448, 33],
      [449, 20],
      [515, 40],
    ] as const) {
      const data = Float32Array.from({ length: 2 * 3 * queries * keys }, (_, i) => ((i * 7919) % 1009) / 1009);
      const made = await session.run(new Map([['w', tensor('float32', [2, 3, queries, keys], data)]]));
      const { data: own, shape } = made.get('pooled')!;
      const expected = pooledByHand({ batch: 2, heads: 3, queries, keys, data });
      assertClose(own as Float32Array, expected, EXACT, `${queries} × ${keys}`, shape);
      const rows = Float32Array.from({ length: 2 * 3 * queries }, (_, row) =>
        data.subarray(row * keys, (row + 1) * keys).reduce((sum, weight) => sum + weight, 0),
      );
      const sums = made.get('sums')!;
      assertClose(sums.data as Float32Array, rows, { rtol: 1e-5, atol: 1e-5 }, `sums of ${queries} × ${keys}`, sums.shape);
      assert.deepEqual(sums.shape, [2, 3, queries]);
    }
    await session.release();
  });
}
