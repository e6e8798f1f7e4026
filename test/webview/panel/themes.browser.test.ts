/** Every view in every kind of theme, with the real engine: axe finds nothing, and colours follow a theme that changes under an open panel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { contrast, violations } from './axe.ts';
import { panels, settled, THEMES } from './panel.ts';

const { open } = panels({ real: true });
const SELECT = { layer: 2, head: 0, query: 7, key: 1 } as const;
const PATIENT = { timeout: 90_000 };

/** What VS Code does to the page when the user chooses another theme; drawn two frames later. */
const wear = (page: Page, theme: string) =>
  page.evaluate(async (kind) => {
    document.body.className = kind;
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, theme);

/** Opens a tab, also one that found no room in the strip. */
const turn = (page: Page, tab: string) => page.evaluate((id) => document.getElementById(id)?.click(), `tab-${tab}`);

/** axe on what is on screen: all of it in one theme, and what another theme can change in each of them. */
async function assertClean(page: Page, what: string): Promise<void> {
  assert.deepEqual(await violations(page), [], what);
  for (const theme of [...THEMES].reverse()) {
    await wear(page, theme);
    assert.deepEqual(await contrast(page), [], `${what}, ${theme}`);
  }
}

/** What each tab shows once it has its numbers. */
const SHOWN: Readonly<Record<string, string>> = {
  matrix: '.matrix-hands canvas',
  lines: '.lines-hands canvas',
  text: '.words .token.query',
  neurons: '.neurons-box canvas',
  metrics: '.metrics-table tbody tr',
  positions: '.scheme h2',
  walk: '.walk-block .walk-hands',
  predict: '.shares li:not(.head)',
  compare: '.compare-cells canvas',
};

test('axe finds nothing in any view, table or menu, in any theme (all rules in the first, contrast in all)', async () => {
  const { page, wrong } = await open({ real: true, select: SELECT, width: 620, height: 760 });
  const tabs = await page.locator('vscode-panel-tab').evaluateAll((all) => all.map(({ id }) => id.replace('tab-', '')));
  assert.deepEqual(tabs, Object.keys(SHOWN));
  for (const tab of tabs) {
    await turn(page, tab);
    await page.locator(SHOWN[tab]!).first().waitFor(PATIENT);
    await assertClean(page, tab);
  }
  await turn(page, 'matrix');
  await page.keyboard.press('t');
  await page.locator('.table-box').waitFor();
  await assertClean(page, 'table');
  for (const name of ['How exact', 'Export', 'Compare']) {
    await page.locator(`.header button[title^="${name}"]`).click();
    await page.locator('.card:popover-open').waitFor();
    await assertClean(page, name);
    await page.keyboard.press('Escape');
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

/** What each section of Predict shows once it was asked. */
const ASKED: readonly (readonly [label: string, press: string | null, shown: string])[] = [
  ['Generate', 'Step', '.scrubber input'],
  ['Surprise', null, '.predict-section .token'],
  ['What if', 'Switch off', '.before-after tbody tr'],
  ['Logit lens', null, '[role=listbox][aria-label^="Layers and positions"]'],
];

test('axe finds nothing in what is asked of the model, in any theme', async () => {
  const { page, wrong } = await open({ real: true, select: SELECT, width: 620, height: 760 });
  await turn(page, 'predict');
  for (const [label, press, shown] of ASKED) {
    await page.locator('.segments .chip', { hasText: label }).click();
    if (press) await page.locator('.predict-section vscode-button', { hasText: press }).first().click(PATIENT);
    await page.locator(shown).first().waitFor(PATIENT);
    await assertClean(page, label);
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

/** The pictures of all canvases and the colours of all words. */
const colours = (page: Page) =>
  page.evaluate(() => ({
    canvases: [...document.querySelectorAll('canvas')].filter((c) => c.width > 0 && c.checkVisibility()).map((c) => c.toDataURL()),
    words: [...document.querySelectorAll<HTMLElement>('.token')].map((e) => `${e.style.backgroundColor} ${e.style.color}`),
  }));

test('a theme that is changed under an open panel colours every picture as if it had opened in it', async () => {
  const { page } = await open({ real: true, select: SELECT });
  const { page: other } = await open({ real: true, select: SELECT, theme: 'vscode-light' });
  for (const tab of ['text', 'metrics', 'positions', 'compare']) {
    await wear(page, 'vscode-dark');
    for (const each of [page, other]) {
      await turn(each, tab);
      await each.locator(SHOWN[tab]!).first().waitFor(PATIENT);
      await each.locator('body').evaluate(() => (document.activeElement as HTMLElement).blur());
      await settled(each);
    }
    await wear(page, 'vscode-light');
    await settled(page);
    assert.deepEqual(await colours(page), await colours(other), tab);
  }
  await page.close();
  await other.close();
});
