/** The tab Predict with the real engine: what it says, generation by mouse and keyboard, and that everybody can use it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { panels, THEMES, told, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
const SLOW = 60_000;

const section = (page: Page, label: string) => page.locator('.segments .chip', { hasText: label }).click();
const button = (page: Page, label: string) => page.locator(`vscode-button:has-text("${label}")`).first();

async function predict(name: string, more: { width?: number; theme?: string; select?: Record<string, number | string> } = {}) {
  const opened = await open({ case: name, real: true, ...more });
  await opened.page.locator('#tab-predict').click();
  await opened.page.locator('.predict-view').waitFor();
  return opened;
}

/** The first line of the list: `·the`. */
const first = (page: Page) => page.locator('.shares li:not(.head) .name').first();

test('the next token with its probability; choosing another token of the text is selecting it', async () => {
  const { page, wrong } = await predict('headlight-gpt/1', { select: { query: 7 } });
  await first(page).filter({ hasText: 'the' }).waitFor({ timeout: SLOW });
  assert.match(await wordsOf(page, '.predict-section .note >> nth=0'), /After on \(token 8\) the model foretells/);
  await page.locator('.strip').focus();
  await page.keyboard.press('ArrowLeft');
  await page.locator('.predict-section .note', { hasText: 'After are (token 7)' }).waitFor();
  const [last] = (await told<{ selection: { query: number } }>(page, 'selected')).slice(-1);
  assert.equal(last!.selection.query, 6);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a clicked token is masked, and the mask can be taken away', async () => {
  const { page } = await predict('headlight-bert/0', { select: { query: 1 } });
  await page.locator('.strip .token', { hasText: 'cabinet' }).click();
  await page.locator('.predict-section .note', { hasText: 'With cabinet (token 6) masked' }).waitFor({ timeout: SLOW });
  await page.locator('.shares .actual', { hasText: 'the text' }).waitFor({ timeout: SLOW });
  const masked = await page.locator('.shares .actual .number').first().textContent();
  await page.locator('vscode-checkbox', { hasText: 'Hide the token' }).click();
  await page.locator('.predict-section .note', { hasText: 'which it sees' }).waitFor({ timeout: SLOW });
  await page.waitForFunction((before) => document.querySelector('.shares .actual .number')?.textContent !== before, masked, {
    timeout: SLOW,
  });
  await page.close();
});

test('generation: go on, look at a step by keyboard, click another candidate, undo', async () => {
  const { page, wrong } = await predict('headlight-gpt/text:The keys to the cabinet');
  await section(page, 'Generate');
  await button(page, 'Generate').click();
  await page.locator('.predict-section [role=status]', { hasText: 'The text is over' }).waitFor({ timeout: SLOW });
  // The words come a moment after the ids.
  await page.locator('.strip', { hasText: /^The keys to the cabinets are/ }).waitFor({ timeout: SLOW });
  const slider = page.locator('.scrubber input');
  await slider.focus();
  await page.keyboard.press('Home');
  await page.locator('.header .chips', { hasText: /1[0-9] tokens/ }).waitFor({ timeout: SLOW });
  assert.equal(await slider.evaluate((e) => document.activeElement === e), true, 'the slider keeps the focus over the run');
  await page.keyboard.press('ArrowRight');
  await page.locator('.scrubber .number', { hasText: '2 of' }).waitFor();
  await page.locator('.details .queries', { hasText: 'token 7' }).waitFor({ timeout: SLOW });
  const other = page.locator('.shares button.line').nth(1);
  const name = (await other.locator('.name').textContent()) ?? '';
  await other.click();
  await page.locator('.branches').waitFor();
  await page.locator('.strip', { hasText: name.replace('·', '').trim() }).waitFor();
  await button(page, 'Undo').click();
  await page.waitForFunction(() => document.querySelectorAll('.strip .token').length === 7);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('beam search shows its tree and its texts, and one of them can be taken', async () => {
  const { page } = await predict('headlight-translator/text:the black cat sleeps on the chair');
  await section(page, 'Generate');
  await page.locator('.generate-settings vscode-dropdown').click();
  await page.locator('.generate-settings vscode-option', { hasText: 'beam search' }).click();
  await button(page, 'Search').click();
  const texts = page.locator('.beam-texts li');
  await page.locator('.predict-section .note', { hasText: 'tokens looked at' }).waitFor({ timeout: SLOW });
  await button(page, 'Search').waitFor({ timeout: SLOW });
  await texts.nth(3).waitFor({ timeout: SLOW });
  await texts.first().filter({ hasText: 'le chat noir dort sur la chaise' }).waitFor({ timeout: SLOW });
  assert.equal(await page.locator('.beam-box svg text').count(), await page.locator('.beam-box svg path').count());
  await texts.first().locator('button').click();
  await page.locator('.scrubber').waitFor();
  await page.close();
});

for (const theme of THEMES) {
  test(`axe finds nothing in any section: ${theme}`, async () => {
    const { page, wrong } = await predict('headlight-gpt/text:The keys to the cabinet', { theme, select: { query: 2 } });
    await first(page).waitFor({ timeout: SLOW });
    assert.deepEqual(await violations(page), [], `next token, ${theme}`);
    await section(page, 'Surprise');
    await page.locator('.surprises li').first().waitFor({ timeout: SLOW });
    assert.deepEqual(await violations(page), [], `surprise, ${theme}`);
    await section(page, 'Generate');
    await button(page, 'Step').click();
    await page.locator('.scrubber').waitFor({ timeout: SLOW });
    // Colours of a button that is pointed at are the theme's own business.
    await page.mouse.move(2, 2);
    assert.deepEqual(await violations(page), [], `generate, ${theme}`);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test('360 pixels are enough', async () => {
  const { page } = await predict('headlight-gpt/text:The keys to the cabinet', { width: 360 });
  await section(page, 'Generate');
  await button(page, 'Step').click();
  await page.locator('.scrubber').waitFor({ timeout: SLOW });
  const out = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.predict-view *')]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.beam-box'))
      .map((e) => e.className || e.tagName),
  );
  assert.deepEqual(out, []);
  await page.close();
});
