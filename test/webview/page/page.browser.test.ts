/** The model page in Chromium, its reader answering from real files: everybody can use it, and it says what the file says. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { type PageHarness, startPageHarness } from '../harness/page-server.ts';
import { violations } from '../panel/axe.ts';
import { THEMES, told } from '../panel/panel.ts';

let harness: PageHarness;
let browser: Browser;
before(async () => {
  harness = await startPageHarness();
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await harness?.close();
});

const BERT = { folder: 'media/models/headlight-bert', entry: 'onnx/model.onnx' };

async function open(
  place: { folder: string; entry: string },
  { theme = 'vscode-dark', width = 1000 } = {},
): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 760 } });
  page.setDefaultTimeout(90_000);
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.addInitScript('globalThis.__name = (f) => f');
  await page.goto(harness.url({ ...place, theme }));
  await page.waitForSelector('.overview, .failed');
  return { page, wrong };
}

/** What is there once a tab is. */
const SHOWN = {
  overview: '.overview',
  graph: '.graph-box canvas',
  tensors: '.rows .row',
  heads: '.weight-pictures .heat-box canvas',
  embeddings: '.weight-pictures h2',
  tokenizer: '.tokenizer-tab table, .tokenizer-tab .pieces',
} as const;

/** Opens a tab and waits for what it shows. */
async function tab(page: Page, name: keyof typeof SHOWN): Promise<void> {
  await page.locator(`#tab-${name}`).click();
  await page.waitForSelector(SHOWN[name]);
}

for (const theme of THEMES) {
  test(`axe finds nothing in any tab: ${theme}`, async () => {
    const { page, wrong } = await open(BERT, { theme });
    await page.waitForSelector('.sites li');
    assert.deepEqual(await violations(page), [], `overview, ${theme}`);
    await tab(page, 'graph');
    assert.deepEqual(await violations(page), [], `graph, ${theme}`);
    await tab(page, 'tensors');
    await page.locator('.rows .row').first().click();
    await page.waitForSelector('.numbers');
    assert.deepEqual(await violations(page), [], `tensors, ${theme}`);
    await tab(page, 'heads');
    assert.deepEqual(await violations(page), [], `heads, ${theme}`);
    await tab(page, 'embeddings');
    await page.waitForSelector('.neighbours li');
    assert.deepEqual(await violations(page), [], `embeddings, ${theme}`);
    await tab(page, 'tokenizer');
    assert.deepEqual(await violations(page), [], `tokenizer, ${theme}`);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test('the overview says what goes in and what can be shown; a place of attention runs the model', async () => {
  const { page } = await open(BERT);
  await page.waitForSelector('.sites li');
  assert.equal(await page.locator('.sites li').count(), 4);
  assert.match((await page.locator('.ports').first().textContent()) ?? '', /input_ids.*int64.*the tokens of the text/);
  await page.locator('.sites button').nth(2).click();
  await page.getByText('Visualize Attention').click();
  assert.deepEqual(await told(page, 'visualize'), [{ site: 'self/2' }, { site: null }]);
  await page.locator('vscode-button[title="Compare with another model…"]').click();
  assert.equal((await told(page, 'compare')).length, 1);
  await page.close();
});

test('by keyboard: search a tensor, walk the list, read its numbers, move over its values', async () => {
  const { page } = await open({ folder: 'test/data/explore', entry: 'statistics.safetensors' });
  await tab(page, 'tensors');
  const list = page.getByRole('listbox', { name: 'Tensors' });
  await list.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.waitForSelector('.rows .row.chosen');
  await page.locator('.filters vscode-text-field').pressSequentially('i64 >8');
  await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 2);
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('.numbers');
  const words = (await page.locator('.numbers').textContent()) ?? '';
  assert.match(words, /least -9223372036854775808greatest 9223372036854775807/);
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /= 9223372036854775807$/.test(document.querySelector('#heat-cell')?.textContent ?? ''));
  await page.close();
});

test('rows of an embedding are named by the tokens', async () => {
  const { page } = await open({ folder: 'media/models/headlight-bert', entry: 'model.safetensors' });
  await tab(page, 'tensors');
  await page.locator('.filters vscode-text-field').pressSequentially('word_embeddings');
  await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 1);
  await page.locator('.rows .row').click();
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => /^\[0, 0\] “\[PAD\]” = -?\d/.test(document.querySelector('#heat-cell')?.textContent ?? ''));
  await page.close();
});

test('the graph by keyboard: walk, open a group, find a node, go to the tensor that it uses', async () => {
  const { page } = await open(BERT);
  await tab(page, 'graph');
  await page.locator('.graph-box[aria-busy="false"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.querySelector('.graph-details h2')?.textContent !== 'Graph');
  await page.locator('.graph-search vscode-text-field').pressSequentially('Softmax layer.2');
  await page.waitForSelector('.hits button');
  await page.locator('.graph-search vscode-text-field').press('Enter');
  await page.waitForFunction(() => document.querySelector('.graph-details h2')?.textContent === 'Softmax');
  await page.getByText('Visualize its heads').click();
  assert.deepEqual(await told(page, 'visualize'), [{ site: 'self/2' }]);
  await page.locator('.graph-search vscode-text-field').pressSequentially('word_embeddings.weight');
  await page.locator('.graph-search vscode-text-field').press('Enter');
  await page.locator('.graph-details .values button', { hasText: 'word_embeddings.weight' }).first().click();
  await page.waitForSelector('.tensor-name');
  assert.equal(await page.locator('.tensor-name h2').textContent(), 'bert.embeddings.word_embeddings.weight');
  await page.close();
});

test('a head as a matrix: by keyboard from layer to layer, its singular values, a value, the tensor behind it', async () => {
  const { page } = await open(BERT);
  await tab(page, 'heads');
  await page.getByText('What it brings').click();
  await page.waitForFunction(() => /128 × 128, but only 32 directions/.test(document.querySelector('.singular')?.textContent ?? ''));
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /^\[0, 0\] = -?\d/.test(document.querySelector('#heat-cell')?.textContent ?? ''));
  await page.locator('.weight-pictures .from button').last().click();
  await page.waitForSelector('.tensor-name');
  await page.close();
});

test('neighbours of a typed word, and of a token by its number', async () => {
  const { page } = await open({ folder: 'media/models/headlight-bert', entry: 'model.safetensors' });
  await tab(page, 'embeddings');
  const field = page.locator('.weight-pictures vscode-text-field').first();
  await page.waitForSelector('.neighbours li');
  await field.locator('input').fill('#5');
  await page.waitForFunction(() => document.querySelector('.chip[aria-pressed=true]')?.textContent?.includes('5'));
  await page.waitForFunction(() => document.querySelectorAll('.neighbours li').length === 20);
  const wanted = await page.evaluate(() => document.querySelector('.neighbours li')?.getAttribute('title'));
  assert.match(wanted ?? '', /^token 1731: cosine 0\.84891892/);
  await field.locator('input').fill('#99999');
  await page.waitForFunction(() => /0 to 1919/.test(document.querySelector('.weight-pictures .refusal')?.textContent ?? ''));
  await page.close();
});

test('packed weights are de-quantised on request', async () => {
  const { page } = await open({ folder: 'test/data/explore', entry: 'packed.onnx' });
  await tab(page, 'tensors');
  await page.locator('.filters vscode-text-field').pressSequentially('nb8.q');
  await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 1);
  await page.locator('.rows .row').click();
  await page.getByText('de-quantised').click();
  await page.waitForFunction(() => /float32 \[4, 32\]/.test(document.querySelector('.tensor > p')?.textContent ?? ''));
  await page.close();
});

test('a bad file says its sentence in the place of everything else', async () => {
  const { page } = await open({ folder: 'test/data/safetensors-bad', entry: 'overlap.safetensors' });
  assert.match((await page.locator('.failed').textContent()) ?? '', /overlap\.safetensors: tensors .* overlap/);
  assert.deepEqual(await violations(page), []);
  await page.close();
});

test('400 pixels are enough: nothing leaves the page to the side', async () => {
  const { page } = await open(BERT, { width: 400 });
  for (const name of ['overview', 'graph', 'tensors', 'heads', 'embeddings'] as const) {
    await tab(page, name);
    if (name === 'tensors') {
      await page.locator('.rows .row').first().click();
      await page.waitForSelector('.numbers');
    }
    const out = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.header *, .overview *, .graph *, .tensors *, .weight-pictures *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg, [popover]'))
        .map((e) => e.className || e.tagName),
    );
    assert.deepEqual(out, [], name);
  }
  await page.close();
});

test('the path between two nodes: by keyboard, marked in the graph, listed, copied', async () => {
  const { page } = await open(BERT);
  await tab(page, 'graph');
  const graph = page.locator('.graph-box[aria-busy="false"]');
  const search = page.locator('.graph-search vscode-text-field');
  const go = async (words: string, op: string) => {
    await search.pressSequentially(words);
    await page.waitForSelector('.hits button');
    await search.press('Enter');
    await page.waitForFunction((wanted) => document.querySelector('.graph-details h2:last-of-type')?.textContent === wanted, op);
    await graph.focus();
    await page.keyboard.press('p');
  };
  await go('Softmax layer.0', 'Softmax');
  await page.getByText('The path starts here').first().waitFor();
  await go('Softmax layer.1', 'Softmax');
  await page.waitForSelector('.graph-path ol li');
  const steps = await page.locator('.graph-path ol li button').allTextContents();
  assert.equal(steps[0]?.trim(), 'Softmax');
  assert.equal(steps.at(-1)?.trim(), 'Softmax');
  assert.ok(steps.length > 8, steps.join());
  assert.deepEqual(await violations(page), []);
  await page.locator('.graph-path vscode-button[title="Copy the path"]').click();
  const [copied] = (await told(page, 'copy')) as { text: string }[];
  assert.equal(copied!.text.split('\n').length, steps.length);
  await page.locator('.graph-path vscode-button[title="Forget the path"]').click();
  await page.waitForFunction(() => !document.querySelector('.graph-path'));
  await page.close();
});

test('the minimap shows the whole graph and moves the view; the picture is saved as PNG', async () => {
  const { page } = await open(BERT);
  await tab(page, 'graph');
  await page.locator('.graph-box[aria-busy="false"]').focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('+');
  const map = page.locator('.minimap');
  await map.waitFor();
  const before = await page.locator('.graph-box > canvas').first().screenshot();
  await map.click({ position: { x: 5, y: 15 } });
  assert.notDeepEqual(await page.locator('.graph-box > canvas').first().screenshot(), before, 'the view moved');
  await page.locator('vscode-button[title="Save as PNG"]').click();
  const head = await page.waitForFunction(() => {
    const { saved } = (globalThis as unknown as { headlightHost: { saved: { name: string; bytes: Uint8Array }[] } }).headlightHost;
    return saved[0] && [saved[0].name, ...saved[0].bytes.subarray(1, 4)];
  });
  assert.deepEqual(await head.jsonValue(), ['graph.png', 0x50, 0x4e, 0x47]);
  await page.close();
});
