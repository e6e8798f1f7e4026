/** What stands around the panel: side panel, hover card, status bar, and a reload of the window. By mouse and keyboard. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Window } from './window.ts';

const LIMIT = { timeout: 480_000 };
const LONG_MS = 120_000;

describe('around the panel', () => {
  let window: Window;
  before(async () => {
    window = await Window.open({ name: 'around' });
    await window.openFile('sentences.txt');
    await window.selectLine(2);
    await window.command('Headlight: Visualize Attention');
    await status().filter({ hasText: '↔' }).waitFor({ timeout: LONG_MS });
  }, LIMIT);
  after(() => window?.close());

  const status = () => window.page.locator('.statusbar-item[id*="headlight"]').first();
  const text = async () => ((await status().textContent()) ?? '').trim();
  const row = (words: string) => window.page.locator('.pane-body .monaco-list-row', { hasText: words }).first();
  const says = async (words: string) => {
    await status().filter({ hasText: words }).waitFor({ timeout: LONG_MS });
    return text();
  };

  test('the status bar says head and token, and follows the cursor', LIMIT, async () => {
    await window.goTo(2, 26);
    assert.equal(await says('↔ are'), 'L3·H1 ↔ are');
    await window.goTo(2, 18);
    assert.equal(await says('cabinet'), 'L3·H1 ↔ cabinet');
  });

  test('pointing at a word opens its card with the weights of the head', LIMIT, async () => {
    await window.goTo(2, 26);
    await says('↔ are');
    const word = window.page.locator('.view-line span span', { hasText: 'are' }).first();
    await word.hover();
    const card = window.page.locator('.monaco-hover', { hasText: 'looks at' }).first();
    await card.waitFor({ timeout: LONG_MS });
    const words = (await card.textContent()) ?? '';
    assert.match(words, /are · 1 token: Ġare \(\d+\)/u);
    assert.match(words, /layer 3 · head 1 · open in panel · next head · pin/);
    assert.equal(await card.locator('img').count(), 5);
    await window.page.keyboard.press('Escape');
  });

  test('a click on a head in the side panel shows that head', LIMIT, async () => {
    await window.command('Headlight: Focus on Models View');
    await row('headlight-gpt').waitFor({ timeout: LONG_MS });
    await row('headlight-gpt').locator('.monaco-tl-twistie').click();
    await row('layer 4').locator('.monaco-tl-twistie').click();
    await row('head 3').click();
    assert.match(await says('L4·H3'), /^L4·H3 ↔ /);
    assert.match((await row('head 3').textContent()) ?? '', /induction/);
  });

  test('a click on the status bar offers every head and shows the chosen one', LIMIT, async () => {
    await status().click();
    const input = window.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill('verb to subject');
    await window.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await window.page.keyboard.press('Enter');
    assert.match(await says('L3·H1'), /^L3·H1 ↔ /);
  });

  test('a reload of the window brings the panel back with its run, its query and the head that was chosen', LIMIT, async () => {
    await window.goTo(2, 26);
    await says('↔ are');
    await window.written(['headlight.panel', '"layer":2,"head":0,"query":6']);
    await window.page.reload();
    await window.page.locator('.monaco-workbench').waitFor({ timeout: LONG_MS });
    const after = await says('↔ are').catch(async (error: unknown) => {
      throw new Error(`The panel did not come back; see ${await window.picture('reload-failed')}`, { cause: error });
    });
    assert.equal(after, 'L3·H1 ↔ are');
  });

  test('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
