/**
 * The engine in a real Chromium, under the webview's content policy: worker from a blob, weights by ranges, the built-in models against
 * goldens of Hugging Face's eager attention.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Device, RunResult } from '../../../model/protocol/engine.ts';
import { assertClose } from '../../model/compare.ts';
import { fixture, Goldens } from '../../model/goldens.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { Site } from './site.ts';

const media = new URL('../../../media/models/', import.meta.url).pathname;
const goldens = Goldens.read(fixture('goldens', 'headlight-gpt.safetensors'));
const WEIGHTS = '/models/gpt/onnx/model.onnx';

const idsOf = (text: number) => Array.from(goldens.get(`${text}/ids`).data as BigInt64Array, Number);

let site: Site;
let browser: Browser;
let page: Page;

before(async () => {
  site = await Site.start({ gpt: `${media}headlight-gpt` });
  browser = await launchChromium({ webgpu: true });
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext()).newPage();
  await page.goto(site.address);
  await page.waitForFunction(() => document.title === 'ready');
  site.asked.length = 0;
  site.gone.clear();
});

function open(device: Device | 'auto' = 'wasm') {
  const model = site.model('gpt', 'onnx/model.onnx');
  return page.evaluate(([model, device]) => window.harness.open(model, device), [model, device] as const);
}

const run = (text: number) => page.evaluate((ids) => window.harness.run({ ids }), idsOf(text));

/** Every head of a run against the golden of the text. */
async function assertGolden({ run, sites }: RunResult, text: number, atol: number): Promise<void> {
  assert.deepEqual(
    sites.map(({ key }) => key),
    ['self/0', 'self/1', 'self/2', 'self/3'],
  );
  for (const { key, heads, queries, keys } of sites) {
    const golden = goldens.get(`${text}/attention/${key.split('/')[1]}`);
    assert.deepEqual([heads, queries, keys], golden.shape);
    const size = queries * keys;
    for (let head = 0; head < heads; head++) {
      const weights = await page.evaluate(([run, key, head]) => window.harness.head(run, key, head), [run, key, head] as const);
      assertClose(
        weights,
        (golden.data as Float32Array).subarray(head * size, (head + 1) * size),
        { rtol: 0, atol },
        `${key}, head ${head}`,
      );
    }
  }
}

describe('the engine in Chromium', () => {
  it('shows the built-in GPT on the CPU as Hugging Face computes it', async () => {
    const opened = await open('wasm');
    assert.equal(opened.sites.length, 4);
    const result = await run(0);
    assert.equal(result.device, 'wasm');
    await assertGolden(result, 0, 1e-5);
  });

  it('shows the same on WebGPU', async () => {
    await open('webgpu');
    const result = await run(0);
    assert.deepEqual([result.device, result.fallback], ['webgpu', null]);
    await assertGolden(result, 0, 1e-3);
  });

  it('does without JSPI', async () => {
    await page.evaluate(() => {
      Reflect.deleteProperty(WebAssembly, 'Suspending');
      window.harness.fresh();
    });
    await open('wasm');
    await assertGolden(await run(1), 1, 1e-5);
    assert.ok(
      site.asked.some(({ path }) => path.endsWith('asyncify.wasm')),
      'the asyncify build was used',
    );
  });

  it('reads models only by range, and asks nobody else', async () => {
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(site.address) && !/^(blob|data):/.test(request.url())) elsewhere.push(request.url());
    });
    await open('wasm');
    await run(0);
    const reads = site.asked.filter(({ path }) => path.startsWith('/models/'));
    assert.ok(reads.length > 0);
    assert.deepEqual(
      reads.filter(({ range }) => !range),
      [],
    );
    assert.deepEqual(elsewhere, []);
  });

  it('cancels while weights are read, and runs the next time', async () => {
    await open('wasm');
    const { error, ms, words } = await page.evaluate((ids) => window.harness.cancelAt('reading weights', { ids }), idsOf(0));
    assert.equal(error.code, 'cancelled');
    assert.ok(ms < 500, `settled ${ms} ms after the cancel`);
    assert.ok(
      words.some((word) => /reading weights \d+ %/.test(word)),
      words.join(', '),
    );
    await assertGolden(await run(0), 0, 1e-5);
  });

  it('says that a weights file is gone, and runs when it is back', async () => {
    await open('wasm');
    site.gone.add(WEIGHTS);
    const error = await page.evaluate((ids) => window.harness.failure('run', { ids }), idsOf(0));
    assert.equal(error.code, 'not-found');
    assert.match(error.message, /model\.onnx is no longer there/);
    site.gone.clear();
    await assertGolden(await run(0), 0, 1e-5);
  });

  it('settles what is open when the worker is killed, and runs the next time', async () => {
    await open('wasm');
    const held = site.hold();
    const killed = page.evaluate((ids) => window.harness.failure('run', { ids }), idsOf(0));
    await held;
    const [worker] = page.workers();
    assert.ok(worker, 'there is a worker');
    await worker.evaluate(() => (globalThis as unknown as { close(): void }).close());
    const error = await killed;
    site.release();
    assert.equal(error.code, 'disposed', error.message);
    assert.match(error.message, /Run again/);
    await assertGolden(await run(1), 1, 1e-5);
  });

  it('gives memory back on request and opens the model again by itself', async () => {
    await open('wasm');
    const first = await run(0);
    await page.evaluate(() => window.harness.restart());
    const stale = await page.evaluate(
      (run) =>
        window.harness.head(run, 'self/0', 0).then(
          () => 'answered',
          (error: { code: string }) => error.code,
        ),
      first.run,
    );
    assert.equal(stale, 'disposed');
    const second = await run(1);
    assert.notEqual(second.run, first.run);
    await assertGolden(second, 1, 1e-5);
  });
});
