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
/** For a machine that does much else. */
const PATIENT = { timeout: 60_000 };

const section = (page: Page, words: string) => page.locator('.segments button', { hasText: words }).click();
const press = (page: Page, label: RegExp) => page.locator('.predict-section vscode-button', { hasText: label }).first().click();
const cells = (page: Page, selector: string) =>
  page.locator(`${selector} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.children].map((c) => (c.textContent ?? '').trim())));

/** Waits until the section says something. */
async function said(page: Page, pattern: RegExp): Promise<void> {
  const test = ({ source }: { source: string }) =>
    new RegExp(source, 'u').test(document.querySelector('.predict-section')?.textContent ?? '');
  await page.waitForFunction(test, { source: pattern.source }, PATIENT);
}

/** The row of a token in the table of before and after, as soon as it has a change of its own. */
async function changeOf(page: Page, token: string): Promise<number> {
  const find = (name: string) => {
    const row = [...document.querySelectorAll('.before-after tbody tr')].find((r) => r.children[0]?.textContent?.trim() === name);
    const change = row?.children[3]?.textContent ?? '';
    return /[1-9]/.test(change) ? change.trim() : null;
  };
  const words = await page.waitForFunction(find, token, PATIENT);
  return Number(((await words.jsonValue()) as string).replace('−', '-'));
}

async function typed(page: Page, field: string, text: string): Promise<void> {
  const input = page.locator(`${field} vscode-text-field input`).first();
  await input.fill(text);
  await input.press('Enter');
}

test('heads switched off, words exchanged, heads and words ranked', async (t) => {
  const { page, wrong } = await open(SHOW);
  await page.locator('#tab-predict').click();

  await t.test('a head is switched off: before and after, KL, and back; the other views stay what they were', async () => {
    await section(page, 'What if');
    await page.waitForSelector('.before-after tbody tr', PATIENT);
    await press(page, /Switch off L3·H1/);
    await said(page, /KL divergence 0\.16\d bits/);
    const bits = await changeOf(page, '·are');
    assert.ok(bits < -1.1 && bits > -1.2, String(bits));
    await said(page, /Only this table shows the changed run/);
    assert.deepEqual(await violations(page), []);
    await press(page, /Undo/);
    await said(page, /The run as it is/);
    assert.equal(await page.locator('.before-after thead th').count(), 2);
  });

  await t.test('a word is exchanged and a token hidden', async () => {
    await page.locator('.change-text summary').click();
    await page.locator('.change-text .strip').focus();
    for (const key of ['Home', 'ArrowRight']) await page.keyboard.press(key);
    await page.waitForSelector('.change-text vscode-text-field', PATIENT);
    await typed(page, '.change-text', 'key');
    await said(page, /“keys” → “key”/);
    await said(page, /KL divergence [1-9]/);
    assert.ok((await changeOf(page, '·is')) > 2);
    assert.ok((await changeOf(page, '·are')) < -2);
    await press(page, /Hide/);
    await said(page, /With these 2 changes/);
  });

  await t.test('every head is measured: map, list and selection are one', async () => {
    await section(page, 'Which heads matter');
    await page.waitForSelector('.predict-section vscode-text-field', PATIENT);
    await typed(page, '.predict-section', 'is');
    await said(page, /p\(·are\) ÷ p\(·is\)/);
    await page.waitForSelector('.predict-section vscode-button:has-text("Measure 16 heads")', PATIENT);
    await press(page, /Measure 16 heads/);
    await page.waitForSelector('.heads-map', PATIENT);
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
  });

  await t.test('words are measured, and painted over the text', async () => {
    await section(page, 'Which words matter');
    await page.waitForSelector('.predict-section vscode-button:has-text("Measure 5 words")', PATIENT);
    await press(page, /Measure 5 words/);
    await page.waitForSelector('.predict-section .metrics-table', PATIENT);
    const rows = await cells(page, '.predict-section .metrics-table');
    assert.equal(rows.length, 5);
    assert.deepEqual(rows[0], ['keys', '+9.92']);
    const painted = await page
      .locator('.predict-section .strip')
      .last()
      .locator('.token')
      .evaluateAll((all) => all.filter((word) => (word as HTMLElement).style.backgroundColor !== '').length);
    assert.equal(painted, 6, 'the six tokens up to the place that is asked about');
    assert.deepEqual(await violations(page), []);
  });

  assert.deepEqual(wrong, []);
  await page.close();
});

test('the logit lens by keyboard, on a narrow panel, in every theme', async () => {
  const { page, wrong } = await open({ ...SHOW, width: 620, height: 760 });
  await page.locator('#tab-predict').click();
  await section(page, 'Logit lens');
  await page.waitForSelector('.lens-box', PATIENT);
  await page.locator('.lens-box').focus();
  const cell = (pattern: string) =>
    page.waitForFunction((source) => new RegExp(source).test(document.querySelector('#lens-cell')?.textContent ?? ''), pattern, PATIENT);
  await cell('answer, cabinet: s 49 %$');
  for (const [key, words] of [
    ['ArrowDown', '^after layer 3, cabinet: s 32 %$'],
    ['PageDown', '^before the first layer, cabinet: ·cabinet 97 %$'],
    ['ArrowLeft', '^before the first layer, the: ·the 100 %$'],
  ] as const) {
    await page.keyboard.press(key);
    await cell(words);
  }
  for (const theme of THEMES) {
    await page.evaluate((name) => {
      document.body.className = name;
    }, theme);
    assert.deepEqual(await violations(page), [], theme);
  }
  assert.deepEqual(wrong, []);
  await page.close();
});
