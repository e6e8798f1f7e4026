/** The tab Positions on models that really run: what is drawn and said is what the files hold and what the run did. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { diverging } from '../../../webview/colour/scales.ts';
import { colourIndex } from '../../../webview/draw/cells.ts';
import { Goldens } from '../../model/goldens.ts';
import { ROOT } from '../harness/cases.ts';
import { violations } from './axe.ts';
import { channelDistance, panels, pixels, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
const stored = (model: string, tensor: string) => Goldens.read(join(ROOT, 'media/models', model, 'model.safetensors')).get(tensor);

async function positions(page: Page): Promise<void> {
  await page.locator('#tab-positions').click();
  await page.waitForSelector('.positions-view .segments', { timeout: 20_000 });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.locator('.positions-view .segments button', { hasText: name }).click();
  await page.waitForSelector(`.positions-view .segments button[aria-pressed="true"]:has-text("${name}")`);
}

/** The last number of the line below a picture. */
const numberOf = (words: string): number => Number(words.trim().split(' ').at(-1));

test('a learned table: every number that is said, drawn or listed is the file’s', async () => {
  const table = stored('headlight-gpt', 'transformer.wpe.weight');
  const [, D] = table.shape as [number, number];
  const at = (row: number, column: number) => Number(table.data[row * D + column]!);
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 2, head: 0, query: 7 } });
  await positions(page);
  assert.equal(await wordsOf(page, '.scheme h2'), 'learned');
  assert.match(await wordsOf(page, '.scheme .formula'), /E_pos of 256 × 128 learned numbers/);
  assert.ok(Math.abs(numberOf(await wordsOf(page, '.heat .value')) - at(7, 0)) < 1e-8);

  const hands = page.locator('.heat-hands');
  await hands.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /position 8, dimension 1/.test(document.querySelector('.heat .value')?.textContent ?? ''));
  assert.ok(Math.abs(numberOf(await wordsOf(page, '.heat .value')) - at(8, 1)) < 1e-7);

  const [left, top, width, height] = (await hands.getAttribute('data-frame'))!.split(' ').map(Number) as [number, number, number, number];
  const most = Math.max(...Array.from({ length: 11 * D }, (_, i) => Math.abs(Number(table.data[i]))));
  const colours = diverging('dark', [31, 31, 31]);
  const places = [
    [2, 40],
    [5, 70],
    [10, 100],
  ] as const;
  const density = await page.evaluate(() => devicePixelRatio);
  const drawn = await pixels(
    page,
    '.heat-hands canvas',
    places.map(([row, column]) => [
      Math.floor((left + (column + 0.5) * width) * density),
      Math.floor((top + (row + 0.5) * height) * density),
    ]),
  );
  places.forEach(([row, column], i) => {
    const index = colourIndex(at(row, column), most, 'linear', true);
    assert.ok(
      channelDistance(drawn[i]!, [...colours.subarray(index * 4, index * 4 + 4)]) <= 3,
      `row ${row}, column ${column}: ${drawn[i]}`,
    );
  });

  await page.keyboard.press('t');
  await page.waitForSelector('.positions-view table');
  const cell = page.locator('.positions-view tbody tr').nth(3).locator('td').nth(5);
  assert.ok(Math.abs(Number(await cell.textContent()) - at(3, 5)) < 1e-7);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('geometry and plane of the positions, without a fault for a screen reader, in every kind of theme', async () => {
  for (const theme of ['vscode-light', 'vscode-high-contrast'] as const) {
    const { page, wrong } = await open({
      case: 'headlight-gpt/1',
      real: true,
      theme,
      width: 620,
      height: 760,
      select: { query: 3, key: 1 },
    });
    await page.locator('#tab-positions').scrollIntoViewIfNeeded();
    await positions(page);
    await picture(page, 'Likeness');
    const table = stored('headlight-gpt', 'transformer.wpe.weight');
    const [, D] = table.shape as [number, number];
    const dot = Array.from({ length: D }, (_, c) => Number(table.data[3 * D + c]) * Number(table.data[D + c])).reduce((a, b) => a + b);
    assert.ok(Math.abs(numberOf(await wordsOf(page, '.heat .value')) - dot) < 1e-5);
    assert.deepEqual(await violations(page), []);
    await picture(page, 'Plane');
    assert.match(
      (await page.locator('.lines-chart canvas').getAttribute('aria-label'))!,
      /explain \d+\.\d % and \d+\.\d % of the variance/,
    );
    await picture(page, 'Effect of distance');
    assert.match(await wordsOf(page, '.positions-view > .note'), /The largest mean weight, 0\.\d+ \(\d+ pairs\), is at distance -?\d+/);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(wrong, []);
    await page.close();
  }
});

test('rotary with scaling: the dial turns by position × frequency, and back and forth by keyboard', async () => {
  const { page, wrong } = await open({ case: 'checkpoint/llama3', real: true, select: { query: 5, key: 2 } });
  await positions(page);
  assert.equal(await wordsOf(page, '.scheme h2'), 'rotary, Llama 3 scaling by 8');
  await picture(page, 'turning');
  await page.locator('.positions-view input[type=range]').focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /at position 6$/.test(document.querySelector('.positions-view p.value')?.textContent ?? ''));
  assert.match(
    await wordsOf(page, '.positions-view p.value'),
    /turned by 6 rad at position 6$/,
    'the first pair turns by a radian a position',
  );
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('t');
  await page.waitForSelector('.positions-view table');
  const waves = await page.locator('.positions-view tbody tr td:nth-child(5)').allTextContents();
  // θ₃ = 500^(−6/8), which Llama 3 scaling divides by 8: its wavelength is beyond the original 32 positions.
  assert.ok(Math.abs(Number(waves[3]) - 2 * Math.PI * 500 ** 0.75 * 8) < 1, waves.join());
  assert.deepEqual(wrong, []);
  await page.close();
});

test('positions of a picture: a patch picked by keyboard is compared with all others', async () => {
  const table = stored('headlight-vit', 'vit.embeddings.position_embeddings');
  const D = table.shape.at(-1)!;
  const row = (i: number) => Array.from({ length: D }, (_, c) => Number(table.data[i * D + c]));
  const product = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const { page, wrong } = await open({ case: 'picture/headlight-vit/star.png', real: true, select: { query: 10 } });
  await positions(page);
  await page.locator('.heat-hands').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => /^row 3, column 2 and row 3, column 2/.test(document.querySelector('.heat .value')?.textContent ?? ''));
  await page.keyboard.press('t');
  await page.waitForSelector('.positions-view table');
  const said = Number(await page.locator('.positions-view tbody tr').nth(4).locator('td').nth(6).textContent());
  const [own, other] = [row(1 + 2 * 8 + 1), row(1 + 4 * 8 + 6)];
  assert.ok(Math.abs(said - product(own, other) / Math.sqrt(product(own, own) * product(other, other))) < 1e-5);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('all patches at once: every map lies where its patch does, and a click shows it alone', async () => {
  const table = stored('headlight-vit', 'vit.embeddings.position_embeddings');
  const D = table.shape.at(-1)!;
  const patch = (row: number, column: number) => Array.from({ length: D }, (_, c) => Number(table.data[(1 + row * 8 + column) * D + c]));
  const product = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const cosine = (a: number[], b: number[]) => product(a, b) / Math.sqrt(product(a, a) * product(b, b));
  const { page, wrong } = await open({ case: 'picture/headlight-vit/star.png', real: true, select: { query: 10 } });
  await positions(page);
  await picture(page, 'All patches');
  const hands = page.locator('.heat-hands');
  await page.waitForFunction(() =>
    /^row 2, column 2: cosine with the others from/.test(document.querySelector('.heat .value')?.textContent ?? ''),
  );
  assert.deepEqual([await hands.getAttribute('aria-rowcount'), await hands.getAttribute('aria-colcount')], ['8', '8']);

  const [left, top, width, height] = (await hands.getAttribute('data-frame'))!.split(' ').map(Number) as [number, number, number, number];
  const density = await page.evaluate(() => devicePixelRatio);
  // Of tile and cell inside it; a tile is nine cells wide, the last one free.
  const places = [
    [2, 5, 4, 6],
    [7, 0, 0, 7],
    [3, 3, 3, 4],
  ] as const;
  const at = (tile: number, cell: number, size: number) => (tile + (cell + 0.5) / 9) * size;
  const drawn = await pixels(
    page,
    '.heat-hands canvas',
    places.map(([r, c, i, j]) => [Math.floor((left + at(c, j, width)) * density), Math.floor((top + at(r, i, height)) * density)] as const),
  );
  const colours = diverging('dark', [31, 31, 31]);
  for (const [n, [r, c, i, j]] of places.entries()) {
    const index = colourIndex(cosine(patch(r, c), patch(i, j)), 1, 'linear', true);
    const expected = Array.from(colours.slice(index * 4, index * 4 + 3));
    assert.ok(channelDistance(drawn[n]!.slice(0, 3), expected) <= 3, `${places[n]}: ${drawn[n]}, not ${expected}`);
  }
  assert.deepEqual(await violations(page), []);
  if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/all-patches.png` });
  await hands.click({ position: { x: left + at(5, 3, width), y: top + at(2, 3, height) } });
  await page.waitForFunction(() => /^row 3, column 6 and row 3, column 6/.test(document.querySelector('.heat .value')?.textContent ?? ''));
  assert.deepEqual(wrong, []);
  await page.close();
});
