/** The sections that ask what if, with the real engine: heads switched off, heads and words ranked, the logit lens; by mouse and by keyboard. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { panels, THEMES, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
const SHOW = {
  case: 'headlight-gpt/text:The keys to the cabinet are on the table.',
  real: true,
  // After “cabinet”.
  select: { layer: 2, head: 0, query: 5 },
} as const;

/** Opens a section of the tab Predict. */
async function section(page: Page, words: string): Promise<void> {
  await page.locator('#tab-predict').click();
  await page.locator('.segments button', { hasText: words }).click();
}

const press = (page: Page, label: RegExp) => page.locator('.predict-section vscode-button', { hasText: label }).first().click();
const cells = (page: Page, selector: string) =>
  page.locator(`${selector} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.children].map((c) => (c.textContent ?? '').trim())));

test('a head is switched off: before and after, KL, and back; the other views stay what they were', async () => {
  const { page, wrong } = await open(SHOW);
  await section(page, 'What if');
  await page.waitForSelector('.before-after', { timeout: 60_000 });
  assert.deepEqual((await cells(page, '.before-after'))[0]!.length, 2);
  await press(page, /Switch off L3·H1/);
  await page.waitForSelector('.before-after thead th:nth-child(4)');
  await page.waitForFunction(() => /KL divergence [\d.]+ bits/.test(document.querySelector('.predict-section')?.textContent ?? ''));
  await page.waitForFunction(() => document.querySelector('.before-after tbody td:nth-child(4)')?.textContent?.match(/[1-9]/));
  const are = (await cells(page, '.before-after')).find(([token]) => token === '·are')!;
  assert.match(are[3]!, /^−1\.1\d$/, are.join(' '));
  assert.match(await wordsOf(page, '.predict-section'), /Only this table shows the changed run/);
  assert.deepEqual(await violations(page), []);
  await press(page, /Undo/);
  await page.waitForFunction(() => document.querySelectorAll('.before-after thead th').length === 2);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a word is exchanged and a token hidden', async () => {
  const { page, wrong } = await open(SHOW);
  await section(page, 'What if');
  await page.locator('.change-text summary').click();
  const strip = page.locator('.change-text .strip');
  await strip.focus();
  for (const key of ['Home', 'ArrowRight']) await page.keyboard.press(key);
  const field = page.locator('.change-text vscode-text-field input');
  await field.fill('key');
  await field.press('Enter');
  await page.waitForFunction(() => /“keys” → “key”/.test(document.querySelector('.predict-section .pins')?.textContent ?? ''));
  await page.waitForFunction(() => /KL divergence [1-9]/.test(document.querySelector('.predict-section')?.textContent ?? ''), null, {
    timeout: 60_000,
  });
  const rows = await cells(page, '.before-after');
  const bits = (token: string) => Number(rows.find(([name]) => name === token)![3]!.replace('−', '-'));
  assert.ok(bits('·is') > 2 && bits('·are') < -2, JSON.stringify(rows));
  await press(page, /Hide/);
  await page.waitForFunction(() => document.querySelectorAll('.predict-section .pins li').length === 2);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('every head is measured: map, list and selection are one', async () => {
  const { page, wrong } = await open(SHOW);
  await section(page, 'Which heads matter');
  const field = page.locator('.predict-section vscode-text-field input');
  await field.fill('is');
  await field.press('Enter');
  await press(page, /Measure 16 heads/);
  await page.waitForSelector('.heads-map', { timeout: 60_000 });
  const rows = await cells(page, '.predict-section .metrics-table');
  assert.deepEqual(
    rows.slice(0, 2).map(([head]) => head),
    ['L3·H1', 'L4·H3'],
  );
  assert.equal(rows[0]![1], '+3.01');
  assert.match(rows[0]![2]!, /verb to subject/);
  await page.locator('.map-surface').focus();
  for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  assert.match(await wordsOf(page, '.map-surface [role=option]'), /^head 2 of layer 4: \+0\.06 bits$/);
  assert.match(await wordsOf(page, '.predict-section .metrics-table tr.chosen'), /^L4·H2/);
  await page.locator('.predict-section .metrics-table button', { hasText: 'L1·H2' }).click();
  assert.match(await wordsOf(page, '#chosen-head'), /^head 2 of layer 1/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('words are measured, and painted over the text', async () => {
  const { page, wrong } = await open(SHOW);
  await section(page, 'Which words matter');
  await press(page, /Measure 5 words/);
  await page.waitForSelector('.predict-section .metrics-table', { timeout: 60_000 });
  const rows = await cells(page, '.predict-section .metrics-table');
  assert.equal(rows.length, 5);
  assert.match(rows.find(([word]) => word === 'keys')![1]!, /^\+[4-6]\.\d\d$/);
  const painted = await page
    .locator('.predict-section .strip')
    .last()
    .locator('.token')
    .evaluateAll((all) => all.filter((word) => (word as HTMLElement).style.backgroundColor !== '').length);
  assert.equal(painted, 6, 'the six tokens up to the place that is asked about');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

for (const theme of THEMES) {
  test(`the logit lens by keyboard, in ${theme}`, async () => {
    const { page, wrong } = await open({ ...SHOW, theme, width: 620, height: 760 });
    await section(page, 'Logit lens');
    await page.waitForSelector('.lens-box', { timeout: 60_000 });
    await page.locator('.lens-box').focus();
    await page.waitForFunction(() => /answer, cabinet: s 49 %$/.test(document.querySelector('#lens-cell')?.textContent ?? ''));
    await page.keyboard.press('ArrowDown');
    assert.match(await wordsOf(page, '#lens-cell'), /^after layer 3, cabinet: s 32 %$/);
    await page.keyboard.press('PageDown');
    assert.match(await wordsOf(page, '#lens-cell'), /^before the first layer, cabinet: ·cabinet 97 %$/);
    await page.keyboard.press('ArrowLeft');
    assert.match(await wordsOf(page, '#lens-cell'), /^before the first layer, the: ·the 100 %$/);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}
