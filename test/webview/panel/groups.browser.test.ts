/** Words in place of tokens, everywhere at once: matrix, details, text, what the editor is told; every row keeps its sum. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { panels, told, wordsOf } from './panel.ts';

const { open } = panels();
const DROPDOWN = 'vscode-dropdown[title^="What a row or column stands for"]';
async function choose(page: Page, words: string): Promise<void> {
  await page.locator(DROPDOWN).click();
  await page.locator(`${DROPDOWN} vscode-option`, { hasText: words }).click();
}

test('the rule stands in the tooltip; details, text view and editor follow the choice', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/3', select: { layer: 2, head: 0, query: 17 } });
  assert.match((await page.locator(DROPDOWN).getAttribute('title')) ?? '', /summed, weights from them averaged; every row keeps its sum/);
  const lines = async () => page.locator('.details .top button[title]').evaluateAll((all) => all.map((b) => b.getAttribute('title') ?? ''));
  assert.ok((await lines()).every((title) => /\(token \d+\)/.test(title)));
  for (const words of ['whole words', 'lines', 'sentences']) {
    await choose(page, words);
    await page.locator('.details .top button[title*="(group "]').first().waitFor();
    assert.match((await page.locator('.details .top .sum').getAttribute('title')) ?? '', /^(1|0\.99999\d+|1\.00000\d*)$/, words);
    const [last] = (await told<{ grouping: string; weights: number[] }>(page, 'selected')).slice(-1);
    assert.equal(last?.grouping, { 'whole words': 'word', lines: 'line', sentences: 'sentence' }[words]);
    assert.ok(Math.abs(last!.weights.reduce((a, b) => a + b, 0) - 1) < 1e-5, 'the mean of rows sums to 1');
  }
  await page.locator('#tab-text').click();
  await choose(page, 'lines');
  await page.locator('.words .token.query').first().waitFor();
  const outlined = await page.locator('.words .token.query').allTextContents();
  assert.ok(outlined.length > 1, 'the whole line asks');
  assert.ok(!outlined.join('').trim().includes('\n'));
  assert.match(await wordsOf(page, '.text-view > .note'), /Σ 1\.000/);
  const shades = await page.locator('.words .source .token').evaluateAll((all) => new Set(all.map((w) => (w as HTMLElement).title)).size);
  const lineCount = (await wordsOf(page, '.words .source')).split('\n').length;
  assert.ok(shades <= lineCount, `${shades} different weights in ${lineCount} lines`);
  if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/groups.png` });
  assert.deepEqual(wrong, []);
  await page.close();
});
