/** The page that compares two models, in Chromium, its reader answering from real files. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { type PageHarness, startPageHarness } from '../harness/page-server.ts';
import { violations } from '../panel/axe.ts';
import { THEMES, told } from '../panel/panel.ts';

let harness: PageHarness;
let browser: Browser;
before(async () => {
  harness = await startPageHarness();
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await harness?.close();
});

const TUNED = {
  ...{ folder: 'test/data/explore/diff/base', entry: 'model.safetensors' },
  ...{ otherFolder: 'test/data/explore/diff/tuned', otherEntry: 'model.safetensors' },
};
const GRAPH = { ...TUNED, otherFolder: 'test/data/explore/diff/graph', otherEntry: 'model.onnx' };

async function open(which: typeof TUNED, { theme = 'vscode-dark', width = 1000 } = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 760 } });
  page.setDefaultTimeout(90_000);
  await page.addInitScript('globalThis.__name = (f) => f');
  await page.goto(harness.diffUrl({ ...which, theme }));
  await page.waitForSelector('.rows .row');
  // Small files are compared at once.
  await page.waitForFunction(() => !document.querySelector('.pair-change')?.textContent?.includes('…'));
  return page;
}

const rowsOf = (page: Page) => page.locator('.rows .row').allTextContents();

for (const theme of THEMES) {
  test(`axe finds nothing in either tab: ${theme}`, async () => {
    const page = await open(TUNED, { theme });
    await page.locator('.rows .row').first().click();
    await page.waitForSelector('.pair-detail .numbers');
    assert.deepEqual(await violations(page), [], `weights, ${theme}`);
    await page.locator('#tab-structure').click();
    await page.waitForSelector('.diff-table');
    assert.deepEqual(await violations(page), [], `structure, ${theme}`);
    await page.close();
  });
}

test('the most changed tensor stands first; equal ones say so; a part lists its own', async () => {
  const page = await open(TUNED);
  const rows = await rowsOf(page);
  assert.match(rows[0]!, /^encoder\.layer\.1\.up\.weightf32 → f64 · 10 × 6/);
  assert.ok(rows.some((row) => /layer\.0\.up\.weight.*equal$/.test(row)));
  assert.match(rows.at(-1)!, /^encoder\.layer\.1\.down\.bias.*not compared$/);
  await page.locator('.diff-parts button', { hasText: 'encoder.layer' }).click();
  await page.locator('.diff-parts button', { hasText: /^0$/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 4);
  await page.close();
});

test('by keyboard: walk the pairs, read the numbers, open a tensor on its own page', async () => {
  const page = await open(GRAPH);
  await page.getByRole('listbox', { name: 'Pairs of tensors' }).focus();
  await page.keyboard.press('Home');
  await page.waitForSelector('.pair-detail');
  await page.locator('.diff-pairs vscode-text-field').pressSequentially('layer.0.up');
  await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 1);
  await page.getByRole('listbox', { name: 'Pairs of tensors' }).focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(() => /axes exchanged.*all values are equal/.test(document.querySelector('.pair-detail')?.textContent ?? ''));
  await page.locator('.pair-links button').nth(1).press('Enter');
  assert.deepEqual(await told(page, 'openTensor'), [{ side: 'other', name: 'onnx::MatMul_43' }]);
  await page.close();
});

test('quantized weights are compared when that is asked for', async () => {
  const page = await open(GRAPH);
  const words = async () => (await rowsOf(page)).find((row) => row.startsWith('encoder.layer.1.down.weight')) ?? '';
  assert.match(await words(), /not compared$/);
  await page.getByText('De-quantised').click();
  await page.waitForFunction(() => !document.querySelector('.rows')?.textContent?.includes('not compared'));
  assert.match(await words(), /%‖Δ‖ [\d.]+$/);
  await page.close();
});

test('620 pixels are enough: nothing leaves the page to the side', async () => {
  const page = await open(TUNED, { width: 620 });
  await page.locator('.rows .row').first().click();
  for (const tab of ['weights', 'structure']) {
    await page.locator(`#tab-${tab}`).click();
    await page.waitForSelector(tab === 'weights' ? '.rows .row' : '.diff-table');
    const out = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.header *, .diff-weights *, .diff-structure *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => e.className || e.tagName),
    );
    assert.deepEqual(out, [], tab);
  }
  await page.close();
});
