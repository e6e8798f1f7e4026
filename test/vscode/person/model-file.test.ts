/** A model file read by keyboard alone: from the explorer into its page, through the tabs, to the statistics of one tensor; and the blocks' code from the walk. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { root } from '../../tools/environment.mjs';
import { Window } from './window.ts';

const LIMIT = { timeout: 480_000 };
const LONG = { timeout: 120_000 };
const MODEL = join(root, 'media/models/headlight-bert');
const TABLE = 'bert.embeddings.word_embeddings.weight';

/** A tensor of the checkpoint that the graph was exported from, read here by hand. */
function readTensor(name: string): Float32Array {
  const bytes = readFileSync(join(MODEL, 'model.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: [number, number] }>;
  const [from, to] = header[name]!.data_offsets;
  return new Float32Array(new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to)).buffer);
}

describe('a model file', () => {
  let window: Window;
  let page: Frame;
  before(async () => {
    const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
    const beside = names.map((name) => [`a-model/${name}`, new Uint8Array(readFileSync(join(MODEL, name)))] as const);
    const graph = new Uint8Array(readFileSync(join(MODEL, 'onnx/model.onnx')));
    window = await Window.open({ name: 'model-file', files: { ...Object.fromEntries(beside), 'a-model/model.onnx': graph } });
  }, LIMIT);
  after(() => window?.close());

  /** Presses a key until the explorer's focus stands on a row. */
  async function walkTo(key: string, name: string): Promise<void> {
    const row = window.page.locator('.explorer-folders-view .monaco-list-row.focused', { hasText: name });
    for (let step = 0; step < 20; step++) {
      if ((await row.count()) > 0) return;
      await window.page.keyboard.press(key);
      await window.page.waitForTimeout(100);
    }
    assert.fail(`${key} did not lead to ${name}; see ${await window.picture('explorer-lost')}`);
  }

  /** Steps to the tab beside the chosen one, and waits for what it shows. */
  async function step(key: string, id: string, shown: string): Promise<void> {
    await window.tabTo(page, 'vscode-panel-tab[aria-selected=true]');
    await window.page.keyboard.press(key);
    await page.locator(`#tab-${id}[aria-selected=true]`).waitFor(LONG);
    await page.locator(shown).first().waitFor(LONG);
  }

  test('opens from the explorer and says what it is', LIMIT, async () => {
    await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'a-model' }).waitFor(LONG);
    await window.command('Explorer: Focus on Folders View');
    await walkTo('Home', 'a-model');
    await window.page.keyboard.press('ArrowRight');
    await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'model.onnx' }).waitFor(LONG);
    await walkTo('ArrowDown', 'model.onnx');
    await window.page.keyboard.press('Enter');
    page = await window.modelPage(LONG.timeout);
    await page.locator('.sites li').nth(3).waitFor(LONG);
    assert.match((await page.locator('.header').textContent()) ?? '', /^model\.onnxbert · 4 layers × 4 heads · \d+ k parameters · f32/);
    const ports = await page.locator('.ports').first().textContent();
    assert.match(ports ?? '', /input_ids.*int64.*the tokens of the text/);
    await window.picture('model-overview');
  });

  test('its tabs follow the arrow keys', LIMIT, async () => {
    await step('ArrowRight', 'graph', '.graph-box[aria-busy="false"] canvas');
    await window.picture('model-graph');
    await step('ArrowRight', 'tensors', '.rows .row');
    await step('ArrowRight', 'heads', '.weight-pictures .heat-box canvas');
    await window.picture('model-heads');
    await step('ArrowRight', 'embeddings', '.neighbours li');
    await step('ArrowRight', 'tokenizer', '.tokenizer-tab table, .tokenizer-tab .pieces');
    await window.picture('model-tokenizer');
    await step('ArrowLeft', 'embeddings', '.neighbours li');
    await step('ArrowLeft', 'heads', '.weight-pictures .heat-box canvas');
    await step('ArrowLeft', 'tensors', '.rows .row');
  });

  test('a tensor found by name has the statistics of the checkpoint', LIMIT, async () => {
    await window.tabTo(page, '.filters vscode-text-field');
    await window.page.keyboard.type('word_embeddings');
    await page.locator('.tensor-list .note', { hasText: /^1 of / }).waitFor(LONG);
    await window.tabTo(page, '[role=listbox]');
    await window.page.keyboard.press('ArrowDown');
    await page.locator('.numbers').waitFor(LONG);
    assert.equal(await page.locator('.tensor-name h2').textContent(), TABLE);
    const read = async (what: string) =>
      Number(await page.locator('.numbers div', { hasText: what }).locator('dd').first().getAttribute('title'));
    const values = readTensor(TABLE);
    assert.equal(
      Math.fround(await read('greatest')),
      values.reduce((a, b) => Math.max(a, b)),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs((await read('mean')) - mean) < 1e-9, `${await read('mean')} is not ${mean}`);
    await window.picture('model-tensors');
  });

  test('the walk opens the code of a block in an editor, at its function', LIMIT, async () => {
    await window.openFile('sentences.txt');
    await window.selectLine(2);
    await window.command('Headlight: Visualize Attention');
    const panel = await window.panel(LONG.timeout);
    await panel.locator('#tab-walk').click(LONG);
    await panel.locator('.walk-block[aria-label="Scores q·kᵀ"] vscode-button[title="Show the code: attention"]').click(LONG);
    await window.page.locator('.tab.active[data-resource-name="attention.ts"]').waitFor(LONG);
    await window.page.locator('.view-line', { hasText: 'export function attention<' }).waitFor(LONG);
    await window.picture('walk-code');
  });

  test('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
