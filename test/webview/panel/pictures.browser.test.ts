/**
 * Pictures through the whole way: file → decoder → processor → engine → panel, for every family of picture models. The rows that the panel gives are those
 * of Hugging Face on the same file; the classes too.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { DATA, Goldens } from '../../model/goldens.ts';
import { panels } from './panel.ts';

const { open } = panels({ real: true });
/** Sums in another order, and, for processors that do not round to bytes, pixels in another order too. */
const TOLERANCE = 2e-5;

type Selected = { readonly kind: string; readonly layer: number; readonly head: number; readonly token: number };

/** Rows of the window on view, as the host gets them. */
function rows(page: Page, wanted: readonly Selected[]): Promise<number[][]> {
  return page.evaluate(async (all) => {
    const { host } = (globalThis as unknown as { headlightHost: { host: { request(method: string, params: unknown): Promise<unknown> } } })
      .headlightHost;
    return Promise.all(
      all.map(async (one) => Object.values((await host.request('row', { ...one, direction: 'from' })) as Record<string, number>)),
    );
  }, wanted);
}

const goldensOf = (name: string) => Goldens.read(join(DATA, 'checkpoints', name, 'golden.safetensors'));

/** All rows of a site against golden weights [window, H, T, S]. */
async function assertSite(page: Page, kind: string, layer: number, golden: ReturnType<Goldens['get']>, window = 0): Promise<void> {
  const [, heads = 0, queries = 0, keys = 0] = golden.shape;
  const wanted = Array.from({ length: heads * queries }, (_, i) => ({ kind, layer, head: Math.floor(i / queries), token: i % queries }));
  const found = await rows(page, wanted);
  found.forEach((row, i) => {
    assert.equal(row.length, keys);
    row.forEach((weight, key) => {
      const expected = Number(golden.data[((window * heads + wanted[i]!.head) * queries + wanted[i]!.token) * keys + key]);
      assert.ok(
        Math.abs(weight - expected) <= TOLERANCE,
        `${kind}/${layer} window ${window} head ${wanted[i]!.head} query ${wanted[i]!.token} key ${key}: ${weight} for ${expected}`,
      );
    });
  });
}

for (const name of ['vit', 'vit-nonsquare', 'deit', 'dino-vit', 'dinov2', 'dinov2_with_registers', 'dinov3_vit']) {
  test(`${name}: every row of every head on the picture`, async () => {
    const goldens = goldensOf(name);
    const { page, wrong } = await open({ case: `vision/${name}`, real: true });
    await page.locator('.picture-hands canvas').waitFor();
    for (let layer = 0; goldens.has(`A/attention/self/${layer}`); layer++)
      await assertSite(page, 'self', layer, goldens.get(`A/attention/self/${layer}`));
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test('clip: picture and text together; each tower has its own view, and its rows are Hugging Face’s', async () => {
  const goldens = goldensOf('clip');
  const { page, wrong } = await open({ case: 'vision/clip', real: true });
  await page.locator('.picture-hands canvas').waitFor();
  for (const kind of ['vision', 'text'])
    for (let layer = 0; goldens.has(`A/attention/${kind}/${layer}`); layer++)
      await assertSite(page, kind, layer, goldens.get(`A/attention/${kind}/${layer}`));
  assert.match((await page.locator('.chips li').first().textContent()) ?? '', /^10 tokens · 16 patches \+ 1 token$/);
  await page.locator('.picture-hands[aria-label*="CLS attends"]').waitFor();
  if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/clip.png` });
  await page.evaluate(() => {
    const { host } = (globalThis as unknown as { headlightHost: { host: { notify(method: string, params: unknown): void } } })
      .headlightHost;
    host.notify('select', { kind: 'text', layer: 1, head: 0, query: 3 });
  });
  await page.locator('.picture-note', { hasText: 'reads the text' }).waitFor();
  await page.locator('#tab-text').click();
  await page.locator('.words .token.query').waitFor();
  assert.deepEqual(wrong, []);
  await page.close();
});

test('swin: windows are windows over the picture; every row of every window is Hugging Face’s', async () => {
  const goldens = goldensOf('swin');
  const { page, wrong } = await open({ case: 'vision/swin', real: true, width: 620, height: 760 });
  const said = page.locator('.picture-tokens .number');
  const blocks = ['0.blocks.0', '0.blocks.1', '1.blocks.0', '1.blocks.1'];
  for (const [layer, block] of blocks.entries()) {
    await page.evaluate((layer) => {
      const { host } = (globalThis as unknown as { headlightHost: { host: { notify(method: string, params: unknown): void } } })
        .headlightHost;
      host.notify('select', { kind: 'self', layer, head: 0 });
    }, layer);
    await page.locator('.details h3', { hasText: `layer ${layer + 1} · head 1` }).waitFor();
    const golden = goldens.get(`A/attention/window/swin.encoder.layers.${block}.attention.self`);
    const count = golden.shape[0]!;
    for (let step = 0; step < count; step++) {
      const window = Number(/window (\d+) of (\d+)/.exec((await said.textContent()) ?? '')?.[1]) - 1;
      await assertSite(page, 'self', layer, golden, window);
      await page.locator('vscode-button[title="Next window"]').click();
      await page.locator('.picture-tokens .number', { hasText: `window ${((window + 1) % count) + 1} of ${count}` }).waitFor();
    }
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

test('swin: a click on any patch asks from its window, arrow keys walk on from window to window', async () => {
  const { page } = await open({ case: 'vision/swin', real: true });
  const hands = page.locator('.picture-hands');
  await hands.locator('canvas').waitFor();
  const box = (await hands.boundingBox())!;
  const file = readFileSync(join(DATA, 'images/checkpoints.png'));
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const scale = Math.min((box.width - 8) / width, (box.height - 8) / height);
  const at = (place: number, size: number, whole: number) => (whole - size * scale) / 2 + ((place + 0.5) * size * scale) / 6;
  const click = (row: number, column: number) =>
    hands.click({ position: { x: at(column, width, box.width), y: at(row, height, box.height) } });
  await click(0, 0);
  await page.locator('.picture-tokens .number', { hasText: 'window 1 of 4' }).waitFor();
  await page.locator('.picture-hands[aria-label*="row 1, column 1 attends"]').waitFor();
  await click(5, 5);
  await page.locator('.picture-tokens .number', { hasText: 'window 4 of 4' }).waitFor();
  await page.locator('.picture-hands[aria-label*="row 6, column 6 attends"]').waitFor();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowLeft');
  await page.locator('.picture-hands[aria-label*="row 6, column 3 attends"]').waitFor();
  await page.locator('.picture-tokens .number', { hasText: 'window 3 of 4' }).waitFor();
  if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/swin.png` });
  await page.close();
});
