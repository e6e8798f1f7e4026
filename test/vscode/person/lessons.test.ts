/** The lessons as a new user follows them: pages whose links drive the panel. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { Window } from './window.ts';

const LIMIT = { timeout: 480_000 };
const LONG_MS = 120_000;
const FIRST = 'Attention in one sentence';
const ORDER = 'The order of words';
const TRANSLATOR = 'Encoder, decoder, cross-attention';
const PICTURES = 'Pictures as patches';

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

  /** The page of lessons, once it shows the one of this title. */
  async function lesson(title: string): Promise<Frame> {
    const end = Date.now() + LONG_MS;
    while (Date.now() < end) {
      for (const frame of window.page.frames()) {
        const here = await frame.evaluate(() => document.querySelector('nav [aria-current=page]')?.textContent).catch(() => undefined);
        if (here === title) return frame;
      }
      await window.page.waitForTimeout(200);
    }
    throw new Error(`No page shows “${title}”; see ${await window.picture('lessons-failed')}`);
  }

  const turnTo = async (from: string, to: string) => (await lesson(from)).locator('nav a', { hasText: to }).click();
  const follow = async (title: string, link: string) => (await lesson(title)).locator('main a', { hasText: link }).click();

  test('a link of the first lesson opens the panel beside it, at its row', LIMIT, async () => {
    await follow(FIRST, 'Show the row of');
    await status('L3·H1 ↔ are');
    await chosenTab('matrix');
    const panel = await window.panel();
    await panel.locator('.top', { hasText: '0.540' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-row');
  });

  test('the next link uses the same run', LIMIT, async () => {
    await follow(FIRST, 'See the same weights in the text');
    await chosenTab('text');
  });

  test('another lesson opens in the same place, and shows the positions', LIMIT, async () => {
    await turnTo(FIRST, ORDER);
    await follow(ORDER, 'A learned table');
    await chosenTab('positions');
    const panel = await window.panel();
    await panel.locator('.scheme h2', { hasText: 'learned' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-positions');
  });

  test('a translation: the row that writes étudiant looks at student', LIMIT, async () => {
    await turnTo(ORDER, TRANSLATOR);
    await follow(TRANSLATOR, 'je suis étudiant');
    await status('étudiant');
    const panel = await window.panel();
    await panel.locator('.top', { hasText: '0.737' }).waitFor({ timeout: LONG_MS });
    await window.picture('lessons-translator');
  });

  test('the same lessons are in VS Code’s walkthroughs', LIMIT, async () => {
    await window.command('Welcome: Open Walkthrough');
    await window.page.locator('.quick-input-widget input').fill('See How Attention Works');
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'See How Attention Works' }).first().click();
    const step = window.page.locator('.getting-started-step', { hasText: PICTURES });
    await step.click();
    await step.locator('.monaco-button', { hasText: 'Open the lesson' }).click();
    await lesson(PICTURES);
    await window.picture('lessons-pictures');
  });

  test('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
