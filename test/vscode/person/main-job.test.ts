/**
 * The main job as a person does it: open a file, select a sentence, run the command through the palette, move the cursor, read the panel.
 * What is read back is what is drawn: the text of the details, and it equals Hugging Face's eager attention.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { fixture, Goldens, readJson } from '../../model/goldens.ts';
import { Window } from './window.ts';

const told = readJson<{ texts: Record<string, string[]> }>(fixture('goldens', 'goldens.json'));

/** Everything that the details list, by position: `key (token 3): 0.5196…` → [3, 0.5196…]. */
async function drawnRow(panel: Frame): Promise<Map<number, number>> {
  const more = panel.locator('.details .top button.muted:not([disabled])');
  if (await more.count()) await more.click();
  const titles = await panel
    .locator('.details .top button[title]')
    .evaluateAll((buttons) => buttons.map((b) => b.getAttribute('title') ?? ''));
  return new Map(
    titles.flatMap((title) => {
      const found = /\((?:token|position) (\d+)\): (\S+)$/.exec(title);
      return found ? [[Number(found[1]) - 1, Number(found[2])] as const] : [];
    }),
  );
}

/** Waits until the details speak of this head and query, then compares every drawn weight with the golden's row. */
async function sameAsGolden(panel: Frame, model: string, text: number, at: { layer: number; head: number; query: number }, atol: number) {
  const golden = Goldens.read(fixture('goldens', `${model}.safetensors`)).get(`${text}/attention/${at.layer}`);
  const [, T] = golden.shape as [number, number, number];
  await panel.locator('.details h3', { hasText: `layer ${at.layer + 1} · head ${at.head + 1}` }).waitFor();
  await panel.locator('.details .queries', { hasText: `token ${at.query + 1} ·` }).waitFor();
  await panel.page().waitForTimeout(200);
  const drawn = await drawnRow(panel);
  let largest = 0;
  for (let key = 0; key < T; key++) {
    const wanted = Number(golden.data[(at.head * T + at.query) * T + key]);
    if (wanted > 1e-6) assert.ok(drawn.has(key), `key ${key + 1} with weight ${wanted} is not listed`);
    largest = Math.max(largest, Math.abs((drawn.get(key) ?? 0) - wanted));
  }
  assert.ok(largest <= atol, `${model} L${at.layer + 1}H${at.head + 1} query ${at.query + 1}: drawn weights differ by ${largest}`);
}

// WebGPU on the software adapter is compared in test/webview/engine: there a head takes longer to compile than a person would wait.
for (const { device, webgpu, atol } of [{ device: 'wasm', webgpu: false, atol: 1e-5 }]) {
  describe(`the main job on ${device}`, () => {
    let window: Window;
    before(async () => {
      window = await Window.open({ name: `main-${device}`, webgpu, settings: { 'headlight.device': device } });
    });
    after(() => window?.close());

    it('select, Visualize Attention, move the cursor: the weights drawn equal the golden ones', { timeout: 480_000 }, async () => {
      await window.openFile('sentences.txt');
      await window.selectLine(2);
      await window.command('Headlight: Visualize Attention');
      const panel = await window.panel();
      await panel.locator('.details').waitFor({ timeout: 120_000 });
      assert.match((await panel.locator('header').first().textContent()) ?? '', new RegExp(device, 'i'));
      const line = told.texts['headlight-gpt']![1]!;
      for (const [layer, head] of [
        [3, 1],
        [1, 2],
        [4, 4],
      ] as const) {
        await window.chooseHead(layer, head);
        await window.goTo(2, line.indexOf('are') + 2);
        await sameAsGolden(panel, 'headlight-gpt', 1, { layer: layer - 1, head: head - 1, query: await queryOf(panel, 'are') }, atol);
        await window.goTo(2, line.indexOf('table') + 2);
        await sameAsGolden(panel, 'headlight-gpt', 1, { layer: layer - 1, head: head - 1, query: await queryOf(panel, 'table') }, atol);
      }
      assert.deepEqual(window.outside, [], 'requests left the machine');
    });

    it('another model on the same text', { timeout: 480_000 }, async () => {
      await window.chooseModel('headlight-bert');
      const panel = await window.panel();
      await panel.locator('header', { hasText: 'headlight-bert' }).waitFor({ timeout: 120_000 });
      const line = told.texts['headlight-bert']![0]!;
      await window.chooseHead(2, 3);
      await window.goTo(2, line.indexOf('cabinet') + 2);
      await sameAsGolden(panel, 'headlight-bert', 0, { layer: 1, head: 2, query: await queryOf(panel, 'cabinet') }, atol);
      assert.deepEqual(window.outside, [], 'requests left the machine');
    });
  });
}

/** The number of the query token, once the details show the word. */
async function queryOf(panel: Frame, word: string): Promise<number> {
  const line = panel.locator('.details .queries li', { hasText: word }).first();
  await line.waitFor();
  return Number(/token (\d+)/.exec((await line.textContent()) ?? '')![1]) - 1;
}
