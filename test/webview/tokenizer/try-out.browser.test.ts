/** The tokenizer tried out by hand: what is typed is cut, every token is read with id and range, what vanished is named, keys and screen readers reach all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from '../panel/axe.ts';
import { THEMES } from '../panel/panel.ts';
import { tryPages } from './page.ts';

const { open } = tryPages();

const rows = (page: Page) =>
  page.locator('.token-table tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));

async function type(page: Page, text: string, characters: RegExp): Promise<void> {
  await page.getByLabel('Text', { exact: true }).fill(text);
  await page.locator('.said', { hasText: characters }).waitFor();
}

test('what is typed is cut at once: pieces, ids, ranges, words', async () => {
  const { page, wrong } = await open();
  await type(page, 'The keys are on.', /for 16 characters/);
  const all = await rows(page);
  assert.deepEqual(
    all.map(([, piece]) => piece),
    ['[CLS]', 'the', 'keys', 'are', 'on', '.', '[SEP]'],
  );
  assert.deepEqual(
    all.map(([, , , range]) => range),
    ['', '0–3', '4–8', '9–12', '13–15', '15–16', ''],
  );
  assert.ok(all.every(([, , id]) => /^\d+$/.test(id ?? '')));
  assert.match((await page.locator('.said').textContent()) ?? '', /^7 tokens \(2 added by the tokenizer\) for 16 characters/);
  assert.match((await page.locator('.steps').textContent()) ?? '', /BertNormalizer → BertPreTokenizer → WordPiece/);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('what the normalizer changed and what vanished stands there, in characters and in numbers', async () => {
  const { page, wrong } = await open();
  await type(page, 'Keys \u00AD\u0000 Ärger', /for 13 characters/);
  assert.match((await page.locator('.normalized .words-of').textContent()) ?? '', /^keys {2}arger$/);
  assert.match((await page.locator('.gone-list').textContent()) ?? '', /^No token stands for ⟨U\+00AD⟩, ⟨U\+0000⟩, 2 blanks\.$/);
  assert.deepEqual(await page.locator('.pieces .vanished').allTextContents(), ['␣⟨U+00AD⟩⟨U+0000⟩␣']);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('the bytes of one character are one piece with several tokens', async () => {
  const { page } = await open({ model: 'headlight-gpt' });
  await type(page, 'a 👩‍👩‍👧 b', /for 9 characters/);
  const pieces = await page
    .locator('.pieces .piece')
    .evaluateAll((all) => all.map((p) => [p.firstChild?.textContent, p.getAttribute('title')?.slice(0, 2)]));
  const family = pieces.find(([characters]) => characters?.includes('👧'));
  assert.equal(family?.[0]?.trim(), '👩‍👩‍👧', 'a family is one character to people');
  assert.ok(Number.parseInt(family?.[1] ?? '', 10) > 3);
  await page.close();
});

test('a pair: ranges count in their own text, the tokenizer’s separators stand between', async () => {
  const { page } = await open();
  await page.getByText('a second text (pair)').click();
  await page.getByLabel('Second text of the pair').fill('The box.');
  await page.locator('.token-table td', { hasText: '7–8' }).waitFor();
  const second = (await rows(page)).filter((cells) => cells[6] === '2' && cells[3] !== '');
  assert.deepEqual(
    second.map((cells) => cells[3]),
    ['0–3', '4–7', '7–8'],
  );
  await page.close();
});

test('arrow keys walk through the tokens; the table copies every one', async () => {
  const { page, copied } = await open();
  await page.locator('.pieces').focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.token-table tr.chosen td').first().textContent(), '3');
  assert.match((await page.locator('.pieces').getAttribute('aria-label')) ?? '', /keys, piece keys, id \d+$/);
  await page.locator('.pieces .piece', { hasText: 'table' }).click();
  assert.match((await page.locator('.token-table tr.chosen').textContent()) ?? '', /table/);
  await page.locator('vscode-button[title="Copy the tokens as a table"]').click();
  await page.waitForTimeout(50);
  assert.equal(copied[0]?.split('\n').length, 2 + (await rows(page)).length);
  await page.close();
});

for (const theme of THEMES) {
  test(`axe finds nothing: ${theme}`, async () => {
    const { page, wrong } = await open({ theme });
    await type(page, 'Ke\u0000ys, Ärger', /for 12 characters/);
    await page.locator('.pieces .piece').nth(1).click();
    assert.deepEqual(await violations(page), []);
    if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/try-${theme}.png` });
    assert.deepEqual(wrong, []);
    await page.close();
  });
}
