/** Every view as a picture, and the difference of two heads as figure and numbers: each file opens again without a network and shows what was on screen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { caseOf } from '../harness/cases.ts';
import { panels, settled } from './panel.ts';

const { open } = panels({ real: true });
const SELECT = { layer: 2, head: 0, query: 7, key: 1 } as const;
const PATIENT = { timeout: 90_000 };
const turn = (page: Page, tab: string) => page.evaluate((id) => document.getElementById(id)?.click(), `tab-${tab}`);

/** The file that a press of a button saved. */
async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Uint8Array }> {
  const count = () => page.evaluate(() => (globalThis as unknown as { headlightHost: { saved: unknown[] } }).headlightHost.saved.length);
  const before = await count();
  await press();
  await page.waitForFunction(
    (n) => (globalThis as unknown as { headlightHost: { saved: unknown[] } }).headlightHost.saved.length > n,
    before,
    PATIENT,
  );
  const { name, base64 } = await page.evaluate(async () => {
    const { saved } = (globalThis as unknown as { headlightHost: { saved: { name: string; bytes: Uint8Array<ArrayBuffer> }[] } })
      .headlightHost;
    const { name, bytes } = saved.at(-1)!;
    const reader = new FileReader();
    const read = new Promise((resolve) => reader.addEventListener('load', resolve));
    reader.readAsDataURL(new Blob([bytes]));
    await read;
    return { name, base64: String(reader.result).split(',')[1] ?? '' };
  });
  return { name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) };
}

const menu = async (page: Page, label: string) => {
  const button = page.locator('.menu vscode-button', { hasText: label });
  if (!(await button.isVisible())) await page.locator('.header button[title="Export"]').click();
  await button.click();
};

/** What a file shows in a browser that has no network: its size, and how many colours. */
async function reopened(reader: Page, bytes: Uint8Array, type: string): Promise<{ width: number; height: number; colours: number }> {
  return reader.evaluate(
    async ([base64, kind]) => {
      const image = new Image();
      image.src = `data:${kind};base64,${base64}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return { width: canvas.width, height: canvas.height, colours: new Set(pixels).size };
    },
    [Buffer.from(bytes).toString('base64'), type] as const,
  );
}

/** What each view shows once it has its numbers, and words that stand in its picture. */
const VIEWS: readonly (readonly [tab: string, shown: string, words: string])[] = [
  ['lines', '.lines-hands canvas', 'Thickness is the weight'],
  ['text', '.words .token.query', 'cabinet'],
  ['neurons', '.neurons-box canvas', 'softmax'],
  ['metrics', '.metrics-table tbody tr', 'previous'],
  ['positions', '.scheme h2', 'learned'],
  ['walk', '.walk-block .walk-hands', 'Embeddings'],
  ['predict', '.shares li:not(.head)', 'probability'],
  ['compare', '.compare-cells canvas', 'second − first'],
];

test('every view as SVG and PNG: the words and canvases on screen, what made it, and no network', async () => {
  const { page, wrong } = await open({ real: true, select: SELECT, width: 900, height: 760 });
  const offline = await page.context().browser()!.newContext({ offline: true });
  const reader = await offline.newPage();
  await reader.setContent('<p>');
  for (const [tab, shown, words] of VIEWS) {
    await turn(page, tab);
    await page.locator(shown).first().waitFor(PATIENT);
    await settled(page);
    const { name, bytes } = await saved(page, () => menu(page, 'View as SVG'));
    const svg = new TextDecoder().decode(bytes);
    assert.equal(name, `headlight-gpt-L3H1-${tab}.svg`);
    assert.ok(svg.includes(words), `${tab} has no “${words}”`);
    assert.match(svg, /<metadata>.*textSha256.*<\/metadata>/);
    const pictures = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLCanvasElement>('.pane.main .current canvas')]
        .filter((c) => c.width > 0 && !c.closest('[popover]'))
        .map((c) => c.toDataURL()),
    );
    for (const [n, picture] of pictures.entries()) assert.ok(svg.includes(picture), `canvas ${n} of ${tab}`);
    const one = await reopened(reader, bytes, 'image/svg+xml');
    assert.ok(one.width > 300 && one.height > 200 && one.colours > 20, `${tab}: ${JSON.stringify(one)}`);
    const png = await reopened(reader, (await saved(page, () => menu(page, 'View as PNG'))).bytes, 'image/png');
    assert.deepEqual([png.width, png.height], [2 * one.width, 2 * one.height]);
    assert.ok(png.colours > 20, tab);
    await page.keyboard.press('Escape');
  }
  assert.deepEqual(wrong, []);
  await offline.close();
  await page.close();
});

test('the difference of two heads: every number of the CSV is Hugging Face’s, the figure has a cell for each, in light colours on request', async () => {
  const { page, wrong } = await open({ real: true, select: SELECT, width: 900, height: 760 });
  await turn(page, 'compare');
  await page.locator('.compare-cells canvas').first().waitFor(PATIENT);
  await settled(page);
  const save = (label: string) => saved(page, () => page.locator('.compare-view vscode-button', { hasText: label }).last().click());
  const { record, show } = caseOf('headlight-gpt/1');
  const T = show.run.ids!.length;
  const golden = (head: number, at: number) => record!.weights.get('self/2')![head * T * T + at]!;
  const csv = await save('CSV');
  assert.equal(csv.name, 'headlight-gpt-L3H1-minus-headlight-gpt-L3H2.csv');
  const [made, , ...lines] = new TextDecoder().decode(csv.bytes).trim().split('\n');
  const told = JSON.parse(made!.slice(2));
  assert.deepEqual([told.first.heads, told.second.heads], [[{ layer: 3, head: 2 }], [{ layer: 3, head: 1 }]]);
  assert.equal(lines.length, (T * (T + 1)) / 2, 'a line for every key that a query sees');
  let at = 0;
  for (let query = 0; query < T; query++) {
    for (let key = 0; key <= query; key++, at++) {
      const numbers = lines[at]!.split(',').slice(-3).map(Number);
      const [a, b] = [golden(1, query * T + key), golden(0, query * T + key)];
      for (const [i, wanted] of [a, b, b - a].entries()) assert.ok(Math.abs(numbers[i]! - wanted) <= 1e-5, `${lines[at]}: ${wanted}`);
    }
  }
  const svg = new TextDecoder().decode((await save('SVG')).bytes);
  assert.equal(svg.match(/<rect [^>]*><title>/g)?.length, lines.length);
  assert.match(svg, /difference of weights/);
  assert.match(svg, /<rect width="100%" height="100%" fill="#1f1f1f"\/>/);
  await page.locator('.header button[title="Export"]').click();
  await page.locator('.menu vscode-checkbox').click();
  await page.keyboard.press('Escape');
  const light = new TextDecoder().decode((await save('SVG')).bytes);
  assert.match(light, /<rect width="100%" height="100%" fill="#ffffff"\/>/);
  assert.deepEqual(wrong, []);
  await page.close();
});
