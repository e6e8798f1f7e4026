/** The panel over time: reload, history, stale text, errors, cancelling, and speed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { panels, settled, told, wordsOf } from './panel.ts';

const { open } = panels();

const notify = (page: Page, method: string, params: unknown) =>
  page.evaluate(
    ([m, p]) =>
      (globalThis as unknown as { headlightHost: { host: { notify(method: string, params: unknown): void } } }).headlightHost.host.notify(
        m as string,
        p,
      ),
    [method, params] as const,
  );
const chosen = (page: Page) => wordsOf(page, '#chosen-head');

test('a reload brings the panel back: head, token, view and its choices', async () => {
  const { page } = await open();
  await notify(page, 'select', { layer: 3, head: 2, query: 5 });
  await page.locator('#tab-text').click();
  await settled(page);
  const before = await chosen(page);
  await page.reload();
  await page.waitForSelector('.words');
  await settled(page);
  assert.match(before, /^head 3 of layer 4/);
  assert.equal(await chosen(page), before);
  await page.close();
});

test('on a small panel heads and details can be put away: the view takes their room, also after a reload', async () => {
  const { page } = await open({ width: 640 });
  const box = async () => (await page.locator('.pane.main').boundingBox())!;
  const before = await box();
  await page.locator('vscode-button[title="Hide the details"]').click();
  await page.locator('.pane.details').waitFor({ state: 'detached' });
  const taller = await box();
  assert.ok(taller.height > before.height + 100, `${before.height} → ${taller.height}`);
  await page.locator('vscode-button[title="Hide the heads"]').click();
  await page.locator('.pane.heads').waitFor({ state: 'detached' });
  const wider = await box();
  assert.ok(wider.width > taller.width + 100, `${taller.width} → ${wider.width}`);
  await settled(page);
  await page.reload();
  await page.locator('vscode-button[title="Show the heads"]').click();
  await page.locator('.pane.heads').waitFor();
  assert.equal(await page.locator('.pane.details').count(), 0);
  await page.close();
});

test('back and forward walk through what was selected', async () => {
  const { page } = await open({ select: { query: 4 } });
  const button = (name: string) => page.locator(`vscode-button[title="${name}"]`);
  for (const layer of [1, 2, 3]) {
    await notify(page, 'select', { layer, head: 1 });
    await settled(page);
  }
  await button('Back').click();
  assert.match(await chosen(page), /^head 2 of layer 3/);
  await button('Back').click();
  assert.match(await chosen(page), /^head 2 of layer 2/);
  await button('Forward').click();
  assert.match(await chosen(page), /^head 2 of layer 3/);
  await page.close();
});

test('a selection that the run does not have is brought to one that it has', async () => {
  const { page } = await open();
  await notify(page, 'select', { layer: 77, head: 99, query: 5000 });
  await settled(page);
  assert.equal(await chosen(page), 'head 4 of layer 4');
  await page.close();
});

test('changed text is said, with one click to run again', async () => {
  const { page } = await open();
  await notify(page, 'stale', { stale: true });
  const notice = page.locator('.notice', { hasText: 'The text changed' });
  await notice.locator('vscode-button').click();
  await notice.waitFor({ state: 'detached' });
  assert.equal((await told(page, 'shown')).length, 2);
  await page.close();
});

test('an error stands where the result would, with what to do next', async () => {
  const { page } = await open();
  await page.evaluate(() =>
    (
      globalThis as unknown as { headlightHost: { host: { request(method: string, params: unknown): Promise<unknown> } } }
    ).headlightHost.host
      .request('show', { model: { id: 'gone', name: 'gone' } })
      .catch(() => undefined),
  );
  await page.waitForSelector('.failed');
  assert.match(await wordsOf(page, '.failed'), /The weights file is gone.*Choose the model again.*Run again/su);
  assert.equal(await page.locator('.header').count(), 0, 'the facts of the run before do not stand over an error');
  assert.deepEqual(await violations(page), []);
  await page.locator('.failed vscode-button', { hasText: 'Run again' }).click();
  await page.waitForSelector('.cells');
  await page.close();
});

test('commands of VS Code reach the panel: next head, table, export, compare', async () => {
  const { page } = await open({ select: { layer: 0, head: 3 } });
  await notify(page, 'act', { action: 'nextHead' });
  await settled(page);
  assert.match(await chosen(page), /^head 1 of layer 2/);
  await notify(page, 'act', { action: 'table' });
  await page.waitForSelector('.table-box');
  await notify(page, 'act', { action: 'export' });
  await page.locator('.card', { hasText: 'Weights as CSV' }).waitFor();
  await page.close();
});

test('comparing takes one head away from the other, cell by cell', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7, key: 1 } });
  const value = async () => Number((await wordsOf(page, '.readout .number')).trim());
  const first = await value();
  await notify(page, 'select', { layer: 3, head: 1 });
  await settled(page);
  const second = await value();
  await notify(page, 'select', { layer: 2, head: 0 });
  await page.locator('button[title^="Compare"]').click();
  const field = page.locator('.card vscode-text-field');
  await field.click();
  await page.keyboard.type('L4H2');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.ok(Math.abs((await value()) - (first - second)) < 1e-6);
  assert.match(await page.locator('.legend').getAttribute('aria-label').then(String), /layer 3 · head 1 − layer 4 · head 2/);
  await page.close();
});

test('columns are as wide as the user drags them, by pointer and by key, and stay so over a reload', async () => {
  const { page } = await open();
  const width = () => page.locator('.pane.heads').evaluate((e) => (e as HTMLElement).offsetWidth);
  const before = await width();
  const sash = (await page.locator('.sash.left').boundingBox())!;
  await page.mouse.move(sash.x + 3, 400);
  await page.mouse.down();
  await page.mouse.move(sash.x + 83, 400, { steps: 4 });
  await page.mouse.up();
  assert.ok(Math.abs((await width()) - before - 80) <= 2, `${before} became ${await width()}`);
  await page.locator('.sash.left').focus();
  await page.keyboard.press('ArrowLeft');
  const after = await width();
  assert.ok(Math.abs(after - before - 64) <= 2);
  await settled(page);
  await page.reload();
  await page.waitForSelector('.cells');
  assert.equal(await width(), after);
  await page.close();
});

test('a model without attention to show says why, and what to do', async () => {
  const { page, wrong } = await open();
  await page.evaluate(async () => {
    const { host } = (globalThis as unknown as { headlightHost: { host: { request(method: string, params: unknown): Promise<unknown> } } })
      .headlightHost;
    const params = await (await fetch('/case/headlight-gpt/1')).json();
    await host.request('show', { ...params, model: { ...params.model, id: 'fused' } });
  });
  await page.waitForSelector('.failed');
  assert.match(
    await wordsOf(page, '.failed'),
    /No attention to show.*layer 1.*fused operator.*Export the model again.*Choose another model/su,
  );
  assert.deepEqual(wrong, []);
  await page.close();
});
