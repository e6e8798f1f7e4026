/** Heads switched off, evened out and turned down: what the changed graph returns, head by head. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ablation, ablate } from '../../../model/attention/index.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertClose } from '../compare.ts';
import { fixture, Goldens } from '../goldens.ts';
import { casesIn, Probed } from './corpus.ts';
import { Session } from './session.ts';

const SAME = { rtol: 1e-5, atol: 1e-5 };

async function outputs(name: string, ablations: readonly Omit<Ablation, 'key'>[]): Promise<Tensor> {
  const one = casesIn(fixture('onnx')).find((c) => c.name === name);
  assert.ok(one, `${name} is in the corpus`);
  const { found } = new Probed(one);
  const key = found.sites[0]!.key;
  const session = await Session.create(
    ablate(
      found.model,
      found.sites,
      ablations.map((a) => ({ ...a, key })),
    ),
  );
  const result = await session.run(Goldens.read(one.tensors).under('input/'));
  await session.release();
  return [...result.values()][0]!;
}

/** Columns of one head in an output [B, T, H·e]. */
function columns({ data, shape }: Tensor, head: number, heads: number): number[] {
  const width = shape.at(-1)! / heads;
  return [...(data as Float32Array)].filter((_, i) => Math.floor((i % shape.at(-1)!) / width) === head);
}

/** Graphs whose output is the heads' outputs side by side: in the house's layout, rank 5, one map a head, fused, fused and grouped. */
const GRAPHS = [
  ['operators/ms-mha.key-padding-2d', 4],
  ['operators/ms-gqa.prefill.rotary', 4],
  ['operators/ms-attention.no-bias.scale', 4],
  ['operators/onnx-attention23.rank3.grouped', 4],
  ['hand.per-head', 3],
] as const;

for (const [name, heads] of GRAPHS) {
  test(`${name}: a head that is off gives nothing, the others what they gave`, async () => {
    const before = await outputs(name, []);
    const after = await outputs(name, [{ heads: [1], how: 'zero' }]);
    for (let h = 0; h < heads; h++) {
      const expected = h === 1 ? columns(before, h, heads).map(() => 0) : columns(before, h, heads);
      assertClose(columns(after, h, heads), expected, SAME, `head ${h}`);
    }
    assert.ok(
      columns(before, 1, heads).some((x) => Math.abs(x) > 1e-3),
      'the head gave something before',
    );
  });

  test(`${name}: half of every head is half of the output`, async () => {
    const before = await outputs(name, []);
    const after = await outputs(name, [{ how: 0.5 }]);
    assertClose(
      after.data as Float32Array,
      Float32Array.from(before.data as Float32Array, (x) => x / 2),
      SAME,
    );
  });
}

test('mean: every visible key alike, so that all queries with the same keys get the same', async () => {
  const name = 'operators/ms-mha.separate';
  const after = await outputs(name, [{ heads: [2], how: 'mean' }]);
  const head = columns(after, 2, 4);
  const [T, width] = [after.shape[1]!, after.shape[2]! / 4];
  for (let t = 1; t < T; t++) assertClose(head.slice(t * width, (t + 1) * width), head.slice(0, width), SAME, `query ${t}`);
  const v = Goldens.read(join(fixture('onnx'), name, 'golden.safetensors')).get('input/value');
  const S = v.shape[1]!;
  const mean = Array.from(
    { length: width },
    (_, e) => Array.from({ length: S }, (_, s) => Number(v.data[s * 4 * width + 2 * width + e])).reduce((a, b) => a + b) / S,
  );
  assertClose(head.slice(0, width), mean, SAME, 'the mean of the values');
});

test('8-bit weights and the turns of a loop are refused in words', async () => {
  await assert.rejects(outputs('bert.qoperator', [{ how: 'zero' }]), /cannot be changed by head/);
  await assert.rejects(outputs('hand.inside-loop', [{ how: 'zero' }]), /turns of one loop/);
});
