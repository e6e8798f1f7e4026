/** Everybody can use the panel: the keyboard reaches everything, and pictures have words (axe: themes.browser.test.ts). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { panels, settled, told, wordsOf } from './panel.ts';

const { open } = panels();

/** What has the focus, by role and name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const e = document.activeElement as HTMLElement;
    return `${e.getAttribute('role') ?? e.tagName.toLowerCase()} ${e.getAttribute('aria-label') ?? e.textContent?.slice(0, 30) ?? ''}`;
  });

test('by keyboard alone: walk the heads, open one, walk its cells, pin, table, other views', async () => {
  const { page } = await open({ select: { layer: 0, head: 0, query: 7 } });
  await settled(page);
  let steps = 0;
  while (!(await focused(page)).startsWith('listbox Heads')) {
    await page.keyboard.press('Tab');
    assert.ok(++steps < 30, `the grid of heads was not reached in 30 steps, at ${await focused(page)}`);
  }
  const option = () => wordsOf(page, '#chosen-head');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await settled(page);
  assert.equal(await option(), 'head 1 of layer 3: on attends 40 % to key');
  await page.keyboard.press('Shift+ArrowRight');
  assert.equal(await wordsOf(page, '.together p'), 'Mean of L3·H2, L3·H1');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  assert.match(await focused(page), /^grid Weights/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  assert.match(await wordsOf(page, '#chosen-cell'), /^are attends \d+ % to key \(0\.\d+\)$/);
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.pins li').count(), 1);
  await page.keyboard.press('t');
  await page.waitForSelector('.table-box table');
  assert.match(await wordsOf(page, '.table-box caption'), /Rows ask \(query\), columns answer \(key\)/);
  const [last] = (await told<{ selection: { query: number; key: number } }>(page, 'selected')).slice(-1);
  assert.deepEqual([last!.selection.query, last!.selection.key], [6, 1]);
  await page.close();
});

test('by keyboard alone through every view: arrow keys on the tabs, each view shows something and no failure', async () => {
  const { page, wrong } = await open({ select: { layer: 2, head: 0, query: 7, key: 1 }, width: 620, height: 760 });
  for (let steps = 0; !(await page.evaluate(() => document.activeElement?.matches('vscode-panel-tab') ?? false)); steps++) {
    assert.ok(steps < 40, `the tabs were not reached, at ${await focused(page)}`);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Home');
  const views = await page.locator('vscode-panel-tab').evaluateAll((tabs) => tabs.map((tab) => tab.id));
  const weights = ['tab-matrix', 'tab-lines', 'tab-text', 'tab-metrics', 'tab-compare'];
  for (const id of weights) assert.ok(views.includes(id), id);
  for (const id of views) {
    await page.locator(`#${id}[aria-selected=true]`).waitFor();
    await page.locator('.current > *').first().waitFor();
    // Other views ask the engine for more than the record has.
    if (weights.includes(id)) assert.equal(await page.locator('.current [role=alert]').count(), 0, `${id} shows a failure`);
    // The strip has scrolled so far that the chosen tab is seen whole.
    const seen = await page.locator(`#${id}`).evaluate((tab) => {
      const [own, strip] = [tab.getBoundingClientRect(), tab.closest('.tabs-box')!.getBoundingClientRect()];
      return own.left >= strip.left - 1 && own.right <= strip.right + 1;
    });
    assert.ok(seen, `${id} is cut`);
    await page.keyboard.press('ArrowRight');
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

test('tabs that find no room stand in a menu', async () => {
  const { page } = await open({ width: 620, height: 760, select: { layer: 2, head: 0, query: 7, key: 1 } });
  await page.locator('.tabs-more button').first().click();
  await page.locator('.choices button', { hasText: 'Compare' }).click();
  await page.locator('#tab-compare[aria-selected=true]').waitFor();
  await page.locator('.compare-cells').first().waitFor();
  assert.equal(await page.locator('.choices').count(), 0, 'the menu is closed');
  await page.close();
});

test('focus can be seen wherever it goes', async () => {
  const { page } = await open({ select: { layer: 0, head: 0, query: 7 } });
  await settled(page);
  const unseen: string[] = [];
  for (let i = 0; i < 45; i++) {
    await page.keyboard.press('Tab');
    const shown = await page.evaluate(() => {
      let e = document.activeElement as HTMLElement;
      if (e === document.body) return true;
      while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement as HTMLElement;
      const parts = [e, ...(e.shadowRoot?.querySelectorAll<HTMLElement>('.control, .root, .label') ?? [])];
      const host = (e.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
      const around = host?.shadowRoot?.querySelectorAll<HTMLElement>('.root') ?? [];
      return [...parts, ...around, ...(host ? [host] : []), ...(e.parentElement ? [e.parentElement] : [])].some((p) => {
        const s = getComputedStyle(p);
        const line = s.outlineStyle !== 'none' && Number.parseFloat(s.outlineWidth) > 0;
        return line || s.borderColor.includes('0, 120, 212') || s.boxShadow !== 'none';
      });
    });
    if (!shown) unseen.push(await focused(page));
  }
  assert.deepEqual(unseen, []);
  await page.close();
});

test('Escape closes what is open, and only then leaves; the focus is never lost', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7, key: 1 } });
  const left = async () => (await told<null>(page, 'leave')).length;
  await page.locator('.header button[title="Export"]').focus();
  await page.keyboard.press('Enter');
  await page.locator('.card:popover-open').waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('.card:popover-open') === null);
  assert.equal(await left(), 0, 'the menu was open');
  assert.match(await focused(page), /^button Export/);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() =>
    (globalThis as unknown as { headlightHost: { told: { name: string }[] } }).headlightHost.told.some((t) => t.name === 'leave'),
  );
  // The matrix has the focus and goes away: the table takes it, and gives it back.
  await page.locator('.matrix-hands').focus();
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.activeElement?.matches('.table-box'));
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.activeElement?.matches('.matrix-hands'));
  // A panel that gets the keyboard and has no focus yet begins at the heads.
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    window.dispatchEvent(new Event('focus'));
  });
  assert.match(await focused(page), /^(grid Weights|listbox Heads)/);
  await page.close();
});

test('nothing moves for those who asked for less motion, and no animation runs otherwise either', async () => {
  const { page } = await open();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await settled(page);
  assert.equal(await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length), 0);
  await page.close();
});

test('360 pixels are enough: nothing leaves the page to the side', async () => {
  const { page } = await open({ width: 360, height: 900, select: { layer: 2, head: 0, query: 7 } });
  for (const tab of ['matrix', 'lines', 'text', 'metrics']) {
    await page.locator(`#tab-${tab}`).click();
    await settled(page);
    const out = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.header, .header *, .pane, .row-tools, .row-tools *, .readout, canvas')]
        .filter(
          (e) =>
            e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-scroll, .grid-scroll, [popover], .tabs::part(tablist)'),
        )
        .map((e) => e.className || e.tagName),
    );
    assert.deepEqual(out, [], tab);
  }
  await page.close();
});

test('48 × 25 heads: the chosen one is seen, wherever the arrow keys walk, and so are the names of the layers', async () => {
  const { page } = await open({ case: 'made/24:48x25', width: 620, height: 760, select: { layer: 40, head: 20, query: 3 } });
  const grid = page.locator('.grid');
  const seen = () =>
    page.evaluate(() => {
      const box = document.querySelector<HTMLElement>('.grid-scroll')!;
      const layers = document.querySelector<HTMLElement>('.grid canvas.layers')!;
      return {
        top: box.scrollTop,
        left: box.scrollLeft,
        room: box.clientHeight,
        names: layers.getBoundingClientRect().left - box.getBoundingClientRect().left,
      };
    });
  const first = await page.waitForFunction(() => document.querySelector('.grid-scroll')!.scrollTop > 300).then(seen);
  assert.ok(first.left > 100, 'scrolled to the head');
  assert.ok(Math.abs(first.names) < 4, 'the names of the layers stay at the left');
  await grid.focus();
  for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowUp');
  await page.waitForFunction(() => document.querySelector('#chosen-head')!.textContent!.startsWith('head 21 of layer 29'));
  await page.keyboard.press('Home');
  await page.waitForFunction(
    () => document.querySelector('.grid-scroll')!.scrollTop < 20 && document.querySelector('.grid-scroll')!.scrollLeft < 20,
  );
  await page.close();
});
