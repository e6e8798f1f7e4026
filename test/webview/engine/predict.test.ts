/** Predictions of the engine against the logits themselves, and which task each golden checkpoint has. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TaskKind, taskOf } from '../../../model/predictions/task.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { goldenNames, goldenPath, inputsOf, openGolden } from '../../model/architectures/checkpoints.ts';
import { assertClose } from '../../model/compare.ts';
import { fixture, Goldens } from '../../model/goldens.ts';

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

const idsOf = (model: string, text: number) =>
  Array.from(Goldens.read(fixture('goldens', `${model}.safetensors`)).get(`${text}/ids`).data as BigInt64Array, Number);

/** log₂ of the softmax of a row at an id, by hand in double precision. */
function bitsOf(row: Float32Array, id: number): number {
  const top = row.reduce((a, b) => Math.max(a, b));
  const sum = row.reduce((total, z) => total + Math.exp(z - top), 0);
  return (Math.log(sum) + top - row[id]!) / Math.LN2;
}

for (const [model, mask] of [
  ['headlight-gpt', null],
  ['headlight-bert', 4],
] as const) {
  describe(`predictions of ${model}`, () => {
    let engine: Engine;
    let folder: OpenFolder;
    const ids = idsOf(model, 1);
    before(async () => {
      folder = openFolder(new URL(`../../../media/models/${model}/onnx/model.onnx`, import.meta.url).pathname);
      engine = new Engine(runtime);
      await engine.open(folder, folder.model, { device: 'wasm' });
    });
    after(async () => {
      await engine.close();
      folder.close();
    });

    test('shares and surprise of a run are the softmax of its logits', async () => {
      const { run } = await engine.run({ ids });
      const { data, shape } = await engine.output({ run, name: 'logits' });
      const width = shape.at(-1)!;
      const row = (t: number) => (data as Float32Array).subarray(t * width, (t + 1) * width);
      const next = ids.map((_, t) => ids[t + 1] ?? -1);
      const bits = await engine.surprise({ run, output: 'logits', ids: next });
      assert.ok(Number.isNaN(bits.at(-1)));
      assertClose(
        bits.subarray(0, -1),
        Float32Array.from(ids.slice(1), (id, t) => bitsOf(row(t), id)),
        { rtol: 1e-5, atol: 1e-5 },
        'bits',
      );
      const { top, asked, size } = await engine.predict({ run, output: 'logits', position: 2, top: 5, asked: [ids[3]!] });
      assert.equal(size, width);
      assert.ok(Math.abs(-Math.log2(asked[0]!.probability) - bits[2]!) < 1e-4);
      assert.equal(
        top[0]!.logit,
        row(2).reduce((a, b) => Math.max(a, b)),
      );
      await assert.rejects(engine.predict({ run, output: 'logits', position: ids.length, top: 1 }), { code: 'internal' });
    });

    test('a prediction for another text is that of a run on it, and leaves the runs as they are', async () => {
      const { run } = await engine.run({ ids });
      const other = ids.map((id, i) => (i === 3 ? (mask ?? ids[0]!) : id));
      const row = { output: 'logits', position: 3, top: 4, asked: [ids[3]!] };
      const apart = await engine.predictFor({ params: { ids: other }, ...row });
      const { run: plain } = await engine.run({ ids: other });
      assert.deepEqual(apart, await engine.predict({ run: plain, ...row }));
      assert.ok((await engine.predict({ run, ...row })).logSum > 0);
    });
  });
}

const EXPECTED: Readonly<Record<string, TaskKind>> = {
  gpt2: 'next-token',
  llama: 'next-token',
  t5: 'next-token',
  marian: 'next-token',
  whisper: 'next-token',
  bert: 'masked-token',
  'bart-classes': 'classes',
  'bart-answers': 'spans',
  'deit-classes': 'classes',
  't5-encoder': 'embedding',
};

test('the task of golden checkpoints, from their configuration and outputs', async () => {
  const known = new Set(goldenNames());
  const found: Record<string, TaskKind | null> = {};
  for (const name of Object.keys(EXPECTED).filter((one) => known.has(one))) {
    const folder = openFolder(goldenPath(name, ''));
    const engine = new Engine(runtime);
    const { config, sites } = await engine.open(folder, folder.model, { device: 'wasm' });
    const { outputs } = await engine.run({ raw: inputsOf(await openGolden(name), 'A') });
    found[name] = taskOf({ config, outputs, causal: sites.some(({ causal }) => causal) })?.kind ?? null;
    await engine.close();
    folder.close();
  }
  assert.ok(Object.keys(found).length >= 8);
  assert.deepEqual(found, Object.fromEntries(Object.keys(found).map((name) => [name, EXPECTED[name]])));
});
