/** Which patches matter, in the panel with the real engine: what is drawn and said equals runs on pictures that were covered by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { panels, settled, wordsOf } from './panel.ts';

const { open } = panels({ real: true });

async function openPatches(page: Page): Promise<void> {
  await page.locator('.picture-hands canvas').waitFor();
  await page.locator('#tab-predict').click();
  await page.locator('.segments button', { hasText: 'Which patches matter' }).click();
}

const measure = (page: Page) => page.locator('.predict-section vscode-button', { hasText: 'Measure' });
const bitsOf = (words: string) => Number(/: ([+−]?\d+\.\d+) bits/.exec(words)?.[1]?.replace('−', '-'));

test('the star’s own patches decide for “star”; arrow keys walk through the squares', async () => {
  const { page, wrong } = await open({ case: 'picture/headlight-vit/star.png', real: true, width: 620, height: 760 });
  await openPatches(page);
  await measure(page).click();
  const readout = page.locator('.drops-picture .readout');
  await readout.waitFor();
  const largest = await wordsOf(page, '.drops-picture .readout');
  assert.match(largest, /^row \d, column \d: \+\d+\.\d\d bits, the largest drop$/);
  const picture = page.locator('.drops-picture .picture-hands');
  await picture.focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
  await page.locator('.drops-picture .readout', { hasText: 'row 1, column 1:' }).waitFor();
  const corner = await wordsOf(page, '.drops-picture .readout');
  assert.ok(bitsOf(largest) > 10 * Math.abs(bitsOf(corner)), `${largest}; ${corner}`);
  await settled(page);
  assert.deepEqual(await violations(page), []);
  // A model of pictures has no tokenizer that the harness could serve.
  assert.deepEqual(
    wrong.filter((words) => !words.includes('404')),
    [],
  );
  await page.close();
});

test('another way to cover asks anew, and cancelling leaves the question open', async () => {
  const { page } = await open({ case: 'picture/headlight-vit/star.png', real: true, width: 620, height: 760 });
  await openPatches(page);
  await measure(page).click();
  await page.locator('.predict-section .working vscode-button', { hasText: 'Cancel' }).click();
  await measure(page).waitFor();
  assert.equal(await page.locator('.drops-picture').count(), 0);
  await measure(page).click();
  await page.locator('.drops-picture').waitFor();
  assert.equal(await page.locator('.predict-section .failed').count(), 0);
  await page.close();
});
