/** The glossary: every word can be reached by keyboard, says what it means, and closes again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GLOSSARY, type GlossaryEntry } from '../../../model/glossary.ts';
import { violations } from './axe.ts';
import { panels } from './panel.ts';

const { open } = panels();

test('every entry has two sentences', () => {
  for (const { name, words } of Object.values(GLOSSARY) as GlossaryEntry[]) {
    assert.equal(words.split(/(?<=[a-zA-Z0-9.’)])[.](?:\s|$)/u).filter((s) => s.trim() !== '').length, 2, `${name}: ${words}`);
  }
});

test('a word opens by keyboard and by pointer, and closes', async () => {
  const { page, wrong } = await open({ select: { layer: 2, head: 0, query: 7 } });
  const query = page.locator('.details .term', { hasText: /^Query$/ });
  const card = page.locator('.term-card:popover-open');
  await page
    .locator('.details')
    .focus()
    .catch(() => undefined);
  await page.keyboard.press('Tab');
  await query.focus();
  await card.waitFor();
  assert.match((await card.textContent())!, /query \(q\) What a token is looking for.*q = x · W_q/);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  await page.locator('.heads .term', { hasText: /^Heads$/ }).hover();
  await card.waitFor();
  assert.match((await card.textContent())!, /^head One of several attentions/);
  await page.mouse.move(600, 700);
  await card.waitFor({ state: 'detached' });
  assert.deepEqual(wrong, []);
  await page.close();
});

test('the list of all words is searched', async () => {
  const { page, wrong } = await open({ width: 620, height: 760 });
  await page.locator('button[aria-label^="Glossary"]').click();
  const items = page.locator('.glossary li');
  await items.first().waitFor();
  assert.equal(await items.count(), Object.keys(GLOSSARY).length);
  assert.deepEqual(await violations(page), []);
  await page.locator('.glossary vscode-text-field').pressSequentially('bits');
  await page.waitForFunction(() => document.querySelectorAll('.glossary li').length === 1);
  assert.match((await items.first().textContent())!, /^entropy/);
  await page.keyboard.press('Escape');
  await items.first().waitFor({ state: 'detached' });
  assert.deepEqual(wrong, []);
  await page.close();
});
