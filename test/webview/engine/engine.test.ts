import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunResult } from '../../../model/protocol/engine.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import { poolByMaximum } from '../../../webview/engine/rows.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { assertClose } from '../../model/compare.ts';
import { fixture, Goldens } from '../../model/goldens.ts';

const goldens = Goldens.read(fixture('goldens', 'headlight-gpt.safetensors'));
const idsOf = (text: number) => Array.from(goldens.get(`${text}/ids`).data as BigInt64Array, Number);
const manyIds = (length: number) => Array.from({ length }, (_, i) => 5 + ((i * 37) % 2000));

/** Sums of 32 products of numbers up to 10, in another order. */
const PRODUCTS = { rtol: 1e-5, atol: 1e-4 };

let runtime: Runtime;
let folder: OpenFolder;
let engine: Engine;

before(async () => {
  runtime = await startRuntime('wasm');
  folder = openFolder(new URL('../../../media/models/headlight-gpt/onnx/model.onnx', import.meta.url).pathname);
  engine = new Engine(runtime);
  await engine.open(folder, folder.model, { device: 'wasm' });
});
after(async () => {
  await engine.close();
  folder.close();
});

describe('Engine', () => {
  it('pools thumbnails from the very weights that it shows', async () => {
    const { run, sites } = await engine.run({ ids: idsOf(3) });
    for (const { key, heads, queries, keys } of sites) {
      const all = new Float32Array(heads * queries * keys);
      for (let head = 0; head < heads; head++) all.set((await engine.head({ run, key, head })).weights, head * queries * keys);
      const { rows, columns, data } = poolByMaximum(all, heads, queries, keys);
      const thumbnails = await engine.thumbnails({ run, key });
      assert.deepEqual([thumbnails.heads, thumbnails.rows, thumbnails.columns], [heads, rows, columns]);
      assertClose(thumbnails.data, data, { rtol: 0, atol: 1e-6 }, key);
    }
  });

  it('gives q, k, scores and weights that follow from each other', async () => {
    const { run, sites } = await engine.run({ ids: idsOf(1) });
    const { key, queries, keys } = sites[2]!;
    const { q, k, headDim, scale } = await engine.vectors({ run, key, head: 1 });
    const { scores } = await engine.scores({ run, key, head: 1 });
    const { weights } = await engine.head({ run, key, head: 1 });
    assert.deepEqual([q.length, k.length], [queries * headDim, keys * headDim]);
    for (let t = 0; t < queries; t++) {
      const row = scores.subarray(t * keys, t * keys + t + 1);
      const products = Float32Array.from(row, (_, s) => {
        let sum = 0;
        for (let d = 0; d < headDim; d++) sum += q[t * headDim + d]! * k[s * headDim + d]!;
        return sum * (scale ?? 1);
      });
      assertClose(row, products, PRODUCTS, `scores of query ${t}`);
      const largest = Math.max(...row);
      const total = row.reduce((sum, x) => sum + Math.exp(x - largest), 0);
      assertClose(
        weights.subarray(t * keys, (t + 1) * keys),
        Float32Array.from({ length: keys }, (_, s) => (s <= t ? Math.exp(row[s]! - largest) / total : 0)),
        { rtol: 0, atol: 1e-5 },
        `weights of query ${t}`,
      );
    }
  });

  it('agrees with the reference implementation', async () => {
    const { run } = await engine.run({ ids: idsOf(2) });
    const { sites, outputs } = await engine.compare({ run });
    assert.equal(sites.length, 4);
    for (const { key, largest } of sites) assert.ok(largest < 1e-5, `${key}: ${largest}`);
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['logits'],
    );
    assert.ok(outputs[0]!.largest < 1e-3, `logits: ${outputs[0]!.largest}`);
  });

  it('walks to any layer at once, and finds the weights that it shows', async () => {
    const { run, sites } = await engine.run({ ids: idsOf(1) });
    const { sections, remarks } = await engine.walk({ run });
    assert.deepEqual(remarks, []);
    for (const { key, heads } of sites.toReversed()) {
      const section = sections.findIndex((one) => one.sites.includes(key));
      const step = sections[section]!.steps.find(({ role }) => role === 'weights')!;
      for (let head = 0; head < heads; head++) {
        const { values } = await engine.stage({ run, section, head });
        const walked = values.find(({ id }) => id === step.id)!;
        assertClose(walked.data, (await engine.head({ run, key, head })).weights, { rtol: 0, atol: 1e-6 }, `${key}, head ${head}`);
      }
    }
    await assert.rejects(engine.stage({ run, section: 99, head: 0 }), /no section 99/);
  });

  it('keeps few runs, and says so of older ones', async () => {
    const runs: RunResult[] = [];
    for (const text of [0, 1, 2]) runs.push(await engine.run({ ids: idsOf(text) }));
    assert.equal(new Set(runs.map(({ run }) => run)).size, 3);
    await assert.rejects(engine.head({ run: runs[0]!.run, key: 'self/0', head: 0 }), { code: 'disposed' });
    assert.equal((await engine.head({ run: runs[1]!.run, key: 'self/0', head: 0 })).queries, idsOf(1).length);
  });

  it('refuses what is not there, and texts that are too long', async () => {
    const { run } = await engine.run({ ids: idsOf(1) });
    await assert.rejects(engine.head({ run, key: 'self/0', head: 4 }), /has 4 heads/);
    await assert.rejects(engine.head({ run, key: 'cross/0', head: 0 }), /no attention called cross\/0/);
    await assert.rejects(engine.output({ run, name: 'presents' }), /no output presents/);
    await assert.rejects(engine.run({ ids: manyIds(5000) }), { code: 'too-long', message: /5000 tokens.*Select a shorter/ });
    await assert.rejects(engine.run({}), { code: 'input', message: /input_ids/ });
  });

  it('does not start what was cancelled', async () => {
    await assert.rejects(engine.run({ ids: idsOf(1) }, { token: { isCancellationRequested: true } }), { code: 'cancelled' });
  });

  it('says what it is doing', async () => {
    const own = new Engine(runtime);
    await own.open(folder, folder.model, { device: 'wasm' });
    const words: string[] = [];
    await own.run({ ids: idsOf(1) }, { progress: (_, word) => void words.push(word) });
    await own.close();
    assert.match(words[0]!, /^reading weights \d+ %$/);
    assert.deepEqual(words.slice(-2), ['creating the session', 'running']);
  });

  it('shows the same heads where a run is too long to keep all weights', async () => {
    const ids = manyIds(160);
    const all: Float32Array[] = [];
    for (const keeping of ['weights', 'vectors', 'both'] as const) {
      const own = new Engine(runtime, { keeping });
      await own.open(folder, folder.model, { device: 'wasm' });
      const { run, sites } = await own.run({ ids });
      assert.ok(sites.every(({ rowSumError }) => rowSumError !== null && rowSumError < 1e-5));
      all.push((await own.head({ run, key: 'self/3', head: 2 })).weights.slice());
      await own.close();
    }
    assertClose(all[1]!, all[0]!, { rtol: 0, atol: 3e-6 });
    assertClose(all[2]!, all[0]!, { rtol: 0, atol: 3e-6 });
  });
});
