/** Packed embeddings by plain operators against the runtime's own kernel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainRows } from '../../../model/attention/graph/packed-rows.ts';
import { copyModel } from '../../../model/onnx/wire.ts';
import { emit } from '../../../model/ops/emit.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import { assertClose } from '../compare.ts';
import { Session } from './session.ts';

const ROWS = 5;
const BLOCK = 16;

/** A lookup in a table of `blocks` blocks a row; an odd number leaves half a byte of zero points over. */
function lookup(bits: number, blocks: number, withZeros: boolean) {
  const to = emit();
  const ids = to.input('ids', 'int64', ['batch', 'sequence']);
  const perByte = 8 / bits;
  const bytes = (width: number, step: number) =>
    to.constant(
      tensor(
        'uint8',
        [ROWS, width],
        Uint8Array.from({ length: ROWS * width }, (_, i) => (i * step + 11) % 256),
      ),
    );
  const data = bytes((blocks * BLOCK) / perByte, 37);
  const scales = to.constant(
    tensor(
      'float32',
      [ROWS, blocks],
      Float32Array.from({ length: ROWS * blocks }, (_, i) => 0.01 * (i + 1)),
    ),
  );
  const inputs = [data, ids, scales, ...(withZeros ? [bytes(Math.ceil(blocks / perByte), 91)] : [])];
  const attributes = { bits, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 };
  to.output('rows', to.apply('GatherBlockQuantized', inputs, attributes, 1, 'com.microsoft')[0]!, 'float32');
  return to.model();
}

const feeds = new Map<string, Tensor>([['ids', tensor('int64', [2, 3], BigInt64Array.of(4n, 0n, 2n, 2n, 1n, 3n))]]);

async function rowsOf(model: ReturnType<typeof lookup>): Promise<Tensor> {
  const session = await Session.create(model);
  const rows = (await session.run(feeds)).get('rows')!;
  await session.release();
  return rows;
}

for (const [bits, blocks, zeros] of [
  [4, 2, false],
  [4, 3, true],
  [8, 2, false],
  [8, 3, true],
] as const) {
  test(`${bits} bits, ${blocks} blocks a row, ${zeros ? 'with' : 'without'} zero points`, async () => {
    const own = lookup(bits, blocks, zeros);
    const plain = copyModel(own);
    plainRows(plain);
    assert.ok(plain.graph!.node.every(({ opType }) => opType !== 'GatherBlockQuantized'));
    const [wanted, actual] = [await rowsOf(own), await rowsOf(plain)];
    assert.deepEqual(actual.shape, wanted.shape);
    assertClose(actual.data as Float32Array, wanted.data as Float32Array, { rtol: 1e-6, atol: 0 });
  });
}
