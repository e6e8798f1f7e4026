/** The lessons as a new user follows them: pages whose links drive the panel. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { Window } from './window.ts';

const LIMIT = { timeout: 240_000 };
const LONG_MS = 120_000;

describe('lessons', () => {
  let window: Window;
  before(async () => {
    window = await Window.open({ name: 'lessons' });
    await window.openFile('sentences.txt');
    await window.command('Headlight: Open Lessons');
  }, LIMIT);
  after(() => window?.close());

  const status = (words: string) =>
    window.page.locator('.statusbar-item[id*="headlight"]', { hasText: words }).first().waitFor({ timeout: LONG_MS });
  const chosenTab = async (name: string) =>
    (await window.panel()).waitForSelector(`#tab-${name}[aria-selected="true"]`, { timeout: LONG_MS });

  /** The page beside the step, once it says `words`. */
  async function page(words: string): Promise<Frame> {
    const end = Date.now() + LONG_MS;
    while (Date.now() < end) {
      for (const frame of window.page.frames()) {
        if (await frame.evaluate((text) => document.body?.innerText.includes(text) ?? false, words).catch(() => false)) {
          if ((await frame.locator('a', { hasText: /./ }).count()) > 0) return frame;
        }
      }
      await window.page.waitForTimeout(200);
    }
    throw new Error(`No page says “${words}”; see ${await window.picture('lessons-failed')}`);
  }

  const follow = async (lesson: string, link: string) => (await page(lesson)).locator('main a', { hasText: link }).click();

  test('a link of the first lesson opens the panel beside it, at its row', LIMIT, async () => {
    await follow('In one sentence:', 'Show the row of');
    await status('L3·H1 ↔ are');
    await chosenTab('matrix');
    const panel = await window.panel();
    await panel.locator('.top', { hasText: '0.540' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-row');
  });

  test('the next link uses the same run', LIMIT, async () => {
    await follow('In one sentence:', 'See the same weights in the text');
    await chosenTab('text');
  });

  test('another lesson opens in the same place, and shows the positions', LIMIT, async () => {
    await (await page('In one sentence:')).locator('nav a', { hasText: 'The order of words' }).click();
    await follow('dog bites man', 'A learned table');
    await chosenTab('positions');
    const panel = await window.panel();
    await panel.locator('.scheme h2', { hasText: 'learned' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-positions');
  });

  test('a translation: the row that writes étudiant looks at student', LIMIT, async () => {
    await (await page('dog bites man')).locator('nav a', { hasText: 'cross-attention' }).click();
    await follow('The black cat', 'je suis étudiant');
    await status('étudiant');
    const panel = await window.panel();
    await panel.locator('.top', { hasText: '0.737' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-translator');
  });

  test('the same lessons are in VS Code’s walkthroughs', LIMIT, async () => {
    await window.command('Welcome: Open Walkthrough');
    await window.page.locator('.quick-input-widget input').fill('See How Attention Works');
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'See How Attention Works' }).first().click();
    await window.page.locator('.getting-started-step', { hasText: 'Pictures as patches' }).click();
    await window.page.locator('.getting-started-step .monaco-button', { hasText: 'Open the lesson' }).click();
    await page('ten drawn shapes');
  });

  test('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
