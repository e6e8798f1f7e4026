/** Find heads that link two words: every head, ranked by the weights that Hugging Face computed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { caseOf } from '../harness/cases.ts';
import { panels, told, wordsOf } from './panel.ts';

const { open } = panels();
const { record, show } = caseOf('headlight-gpt/1');
const T = show.run.ids!.length;

/** Names and percent of all heads, strongest first, by the plain sum. */
function expected(from: readonly number[], to: readonly number[]): string[] {
  const heads: { name: string; weight: number }[] = [];
  for (let layer = 0; layer < 4; layer++) {
    for (let head = 0; head < 4; head++) {
      const weights = record!.weights.head(`self/${layer}`, head);
      const weight = from.flatMap((t) => to.map((s) => weights[t * T + s]!)).reduce((a, b) => a + b, 0) / from.length;
      heads.push({ name: `L${layer + 1}·H${head + 1}`, weight });
    }
  }
  return heads.sort((a, b) => b.weight - a.weight).map(({ name }) => name);
}

const list = '.details ol.links';

test('the chosen query and key, by whole words: all heads in the order of their weights, and one click shows a head', async () => {
  const { page, wrong } = await open({ select: { layer: 0, head: 0, query: 6, key: 1 } });
  await page.locator('.details').getByText('Find heads that link these').click();
  await page.locator(`${list} li`).first().waitFor();
  await page.locator('.details').getByText('8 more').click();
  // `keys` is two tokens, and one word.
  const order = expected([6], [1, 2]);
  assert.deepEqual(await page.locator(`${list} .name`).allTextContents(), order);
  assert.match(await wordsOf(page, '.details'), /are → key s/);
  await page.locator(`${list} button`).first().click();
  await page.waitForFunction(() => document.querySelector('.details ol.links [aria-pressed=true]') !== null);
  const [last] = (await told<{ selection: { layer: number; head: number; query: number; key: number } }>(page, 'selected')).slice(-1);
  assert.equal(`L${last!.selection.layer + 1}·H${last!.selection.head + 1}`, order[0]);
  assert.deepEqual([last!.selection.query, last!.selection.key], [6, 1]);
  assert.deepEqual(wrong, []);
  await page.close();
});

const mark = (page: Page, spans: { from: number[]; to: number[] }) =>
  page.evaluate((params) => {
    const { host } = (globalThis as unknown as { headlightHost: { host: { notify(m: string, p: unknown): void } } }).headlightHost;
    host.notify('links', params);
  }, spans);

test('two stretches that were marked in the editor: where nothing looks ahead the later one asks', async () => {
  const { page } = await open({ select: { layer: 0, head: 0 } });
  await mark(page, { from: [1, 2], to: [5, 6] });
  await page.locator(`${list} li`).first().waitFor();
  assert.match(await wordsOf(page, '.details'), /cabinet are → key s/);
  assert.equal(await page.locator(`${list} .name`).first().textContent(), expected([5, 6], [1, 2])[0]);
  await mark(page, { from: [99], to: [-1] });
  await page.keyboard.press('Tab');
  assert.match(await wordsOf(page, '.details'), /cabinet are → key s/, 'tokens that are not there change nothing');
  await page.close();
});
