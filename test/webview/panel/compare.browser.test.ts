/** Two runs side by side: kept numbers, tokens aligned, differences that are those of Hugging Face's weights. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { diverging } from '../../../webview/colour/scales.ts';
import { colourIndex } from '../../../webview/draw/cells.ts';
import { caseOf } from '../harness/cases.ts';
import { violations } from './axe.ts';
import { channelDistance, panels, pixels, told, wordsOf } from './panel.ts';

const { open } = panels({ real: true });

const SECOND = 'headlight-gpt/text:The key to the old cabinets is on the table.';

const show = (page: Page, name: string) =>
  page.evaluate(async (of) => {
    const params = await (await fetch(`/case/${encodeURIComponent(of)}`)).json();
    const { host } = (globalThis as unknown as { headlightHost: { host: { request(m: string, p: unknown): Promise<unknown> } } })
      .headlightHost;
    await host.request('show', params);
  }, name);

async function openCompare() {
  const opened = await open({ real: true, select: { layer: 2, head: 0, query: 7, key: 1 } });
  await opened.page.locator('#tab-compare').click();
  await opened.page.waitForSelector('.compare-cells');
  return opened;
}

test('two heads of one run: every cell of the difference has the colour of second − first', async () => {
  const { page, wrong } = await openCompare();
  const { record, show: shown } = caseOf('headlight-gpt/1');
  const T = shown.run.ids!.length;
  const head = (h: number) => record!.weights.get('self/2')!.subarray(h * T * T, (h + 1) * T * T);
  const [left, top, cell] = (await page.locator('.compare-maps').getAttribute('data-frame'))!.split(' ').map(Number) as [
    number,
    number,
    number,
  ];
  const differences = Array.from(head(0), (w, i) => w - head(1)[i]!);
  const most = Math.max(...differences.map(Math.abs));
  const table = diverging('dark', [31, 31, 31]);
  const cells = Array.from({ length: T * T }, (_, i) => i).filter((i) => i % T <= Math.floor(i / T));
  const seen = await pixels(
    page,
    'canvas.cells.difference',
    cells.map((i) => [Math.round(left + ((i % T) + 0.5) * cell), Math.round(top + (Math.floor(i / T) + 0.5) * cell)] as const),
  );
  cells.forEach((i, at) => {
    const colour = colourIndex(differences[i]!, most, 'linear', true) * 4;
    // The engine's weights are those of Hugging Face to rounding: a colour may be the next one.
    const near = [-4, 0, 4].some(
      (step) => channelDistance(seen[at]!.slice(0, 3), [...table.subarray(colour + step, colour + step + 3)]) <= 1,
    );
    assert.ok(near, `cell ${i}: ${seen[at]}`);
  });
  assert.match(await wordsOf(page, '.compare-box .value'), /^on → key: first 0\.\d+, second 0\.397\d+, difference 0?-?\d?\.?\d+/);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('two texts: the kept run stays, tokens are aligned, what one has alone is shown, and heads are ranked', async () => {
  const { page, wrong } = await openCompare();
  await page.getByText('Keep this run', { exact: true }).click();
  await page.getByText('Kept: all 16 heads.').waitFor();
  await show(page, SECOND);
  await page.locator('.aligned ins').first().waitFor();
  assert.deepEqual(await page.locator('.aligned del').allTextContents(), ['s', 'are']);
  assert.deepEqual(await page.locator('.aligned ins').allTextContents(), ['old', 's', 'is']);
  assert.match(await wordsOf(page, '.compare-view'), /\d+ % of the weight lies on other keys, mean over 9 common queries/);
  await page.getByText('Which heads differ most?').click();
  await page.locator('[aria-label^="Heads by the share"] li').first().waitFor();
  const shares = (await page.locator('[aria-label^="Heads by the share"] .number').allTextContents()).map((w) => Number.parseInt(w, 10));
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => b - a),
  );
  assert.ok(shares[0]! > 0);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a small kept run is there again after a reload, number for number', async () => {
  const { page, wrong } = await openCompare();
  await page.getByText('Keep this run', { exact: true }).click();
  await page.getByText('Kept: all 16 heads.').waitFor();
  await show(page, SECOND);
  await page.locator('.aligned ins').first().waitFor();
  const before = await wordsOf(page, '.compare-view');
  // What the panel gave VS Code to keep, a moment after it settled.
  await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('headlight-state') ?? '{}').kept?.weights.length === 16);
  await page.reload();
  await page.waitForSelector('.cells');
  await show(page, SECOND);
  await page.locator('.aligned ins').first().waitFor();
  assert.deepEqual(await page.locator('.aligned del').allTextContents(), ['s', 'are']);
  assert.equal(await wordsOf(page, '.compare-view'), before);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('two models: the second worker has forgotten the first, its numbers are still there; by keyboard', async () => {
  const { page, wrong } = await openCompare();
  await page.getByText('Keep this run', { exact: true }).click();
  await page.getByText('Kept: all 16 heads.').waitFor();
  const before = await wordsOf(page, '.compare-box .value');
  await show(page, 'headlight-bert/text:The keys to the cabinet are on the table.');
  await page.getByText('headlight-bert').first().waitFor();
  await page.locator('.compare-cells').first().waitFor();
  await page.locator('.compare-maps').focus();
  for (let i = 0; i < 40 && !(await wordsOf(page, '.compare-box .value')).startsWith('on '); i++) await page.keyboard.press('ArrowDown');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() =>
    document.querySelector('.compare-box .value')!.textContent!.startsWith('on → +[CLS]: first has no such cell'),
  );
  const [last] = (await told<{ selection: { query: number; key: number } }>(page, 'selected')).slice(-1);
  assert.equal(last!.selection.key, 0, 'the cell is selected in the run on screen');
  assert.match(before, /^on → key/);
  await page.getByText('Forget the kept run').click();
  await page.getByText('Keep this run', { exact: true }).waitFor();
  assert.deepEqual(wrong, []);
  await page.close();
});
