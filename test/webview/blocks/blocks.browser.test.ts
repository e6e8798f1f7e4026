/** The classic blocks by hand: the page's numbers against plain loops, wrong input, keys, the lecture's example, axe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { BLOCK_IDS } from '../../../model/protocol/blocks.ts';
import { violations } from '../panel/axe.ts';
import { THEMES } from '../panel/panel.ts';
import { builtInTranslator, plainOf } from './built-in.ts';
import { blocksPages } from './page.ts';
import { plainConvolution, plainRecurrent, plainTranslate, type Rows } from './plain.ts';

const { open } = blocksPages();

/** Of float32 after a few steps. */
const RELATIVE = 2e-6;

const table = (page: Page, title: string) => page.locator('.small-table', { has: page.locator('caption', { hasText: title }) });

/** What a table shows, exactly; null for what is still to come. */
const shown = (page: Page, title: string): Promise<(number | null)[][]> =>
  table(page, title)
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => (cell.title === 'not computed yet' ? null : Number(cell.title)))),
    );

/** Pastes a table into the first cell. */
async function paste(page: Page, title: string, rows: Rows): Promise<void> {
  await table(page, title)
    .locator('input')
    .first()
    .evaluate(
      (cell, text) => {
        const data = new DataTransfer();
        data.setData('text', text);
        cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      },
      rows.map((row) => row.join('\t')).join('\n'),
    );
}

const setting = (page: Page, title: string, value: number) =>
  page
    .locator(`label[title="${title}"] input`)
    .fill(String(value))
    .then(() => page.keyboard.press('Tab'));

/** Numbers that differ from cell to cell, of both signs: any transposed axis would be seen. */
const numbers = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => Math.round(100 * Math.sin(seed + 7 * r + 3 * c)) / 100));

function near(actual: readonly (readonly (number | null)[])[], expected: Rows, what: string): void {
  assert.deepEqual([actual.length, actual[0]?.length], [expected.length, expected[0]?.length], what);
  for (const [r, row] of expected.entries())
    for (const [c, value] of row.entries()) {
      const found = actual[r]![c]!;
      assert.ok(
        found !== null && Math.abs(found - value) <= RELATIVE * Math.max(1, Math.abs(value)),
        `${what} [${r}, ${c}]: ${found}, not ${value}`,
      );
    }
}

async function toTheEnd(page: Page): Promise<void> {
  await page.locator('.player').focus();
  await page.keyboard.press('End');
}

test('the lecture’s 6 × 6 ∗ 3 × 3 example slides step by step, and the output fills in', async () => {
  const { page, wrong } = await open('convolution');
  assert.deepEqual(await shown(page, 'Output y'), [[3, null, null, null], ...Array.from({ length: 3 }, () => [null, null, null, null])]);
  assert.match((await page.locator('.worked').textContent()) ?? '', /y\[1, 1\] = 1·1 − 1·0 − 1·0 \+.*= 3$/u);
  await page.locator('.player').focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
  assert.deepEqual((await shown(page, 'Output y'))[0], [3, -1, -3, -1]);
  assert.equal(await table(page, 'Input x').locator('td.lit').count(), 9);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.locator('.step-words').textContent(), 'Output row 1, column 3: −3.');
  await page.keyboard.press('End');
  assert.deepEqual(await shown(page, 'Output y'), [
    [3, -1, -3, -1],
    [-3, 1, 0, -3],
    [-3, -3, 0, 1],
    [3, -2, -2, -1],
  ]);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a convolution of one’s own numbers, with stride and padding', async () => {
  const { page } = await open('convolution');
  const [input, kernel] = [numbers(5, 7, 1), numbers(3, 2, 2)];
  await setting(page, 'columns of the kernel', 2);
  await setting(page, 'stride', 2);
  await setting(page, 'padding', 1);
  await paste(page, 'Input x', input);
  await paste(page, 'Kernel W', kernel);
  await table(page, 'Bias b').locator('input').fill('0,25');
  await toTheEnd(page);
  near(await shown(page, 'Output y'), plainConvolution(input, kernel, 0.25, 2, 1), 'output');
  await page.close();
});

test('what is no number gets a sentence; nothing that was typed is lost, and the figure stays', async () => {
  const { page, wrong } = await open('convolution');
  const cell = table(page, 'Input x').locator('input').nth(8);
  for (const [text, sentence] of [
    ['abc', 'Row 2, column 3 of the input is “abc”, which is no number.'],
    ['', 'Row 2, column 3 of the input is empty.'],
    ['NaN', 'Row 2, column 3 of the input is “NaN”, which is no number.'],
    ['1e99', 'Row 2, column 3 of the input is “1e99”, which is too large.'],
  ] as const) {
    await cell.fill(text);
    await page.locator('.wrong', { hasText: sentence }).waitFor();
    assert.equal(await cell.inputValue(), text);
    assert.equal(await cell.getAttribute('aria-invalid'), 'true');
    assert.equal((await shown(page, 'Output y'))[0]![0], 3, 'the last numbers’ figure');
  }
  await cell.fill('2');
  await page.waitForFunction(() => document.querySelector('.wrong')?.textContent === '');
  assert.equal((await shown(page, 'Output y'))[0]![0], 1);
  await setting(page, 'rows of the input', 2);
  await page.locator('.wrong', { hasText: 'A kernel of 3 × 3 is larger than the input with its padding, 2 × 6' }).waitFor();
  await page.locator('vscode-button', { hasText: 'Example' }).click();
  await page.waitForFunction(() => document.querySelector('.wrong')?.textContent === '');
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a neuron: products one by one, their sum, and each activation', async () => {
  const { page } = await open('perceptron');
  const [x, w] = [numbers(1, 3, 3), numbers(1, 3, 4)];
  await paste(page, 'Input x', x);
  await paste(page, 'Weights w', w);
  await toTheEnd(page);
  const z = x[0]!.reduce((sum, value, i) => sum + value * w[0]![i]!, -1);
  near(await shown(page, 'Products w·x'), [x[0]!.map((value, i) => value * w[0]![i]!)], 'products');
  const answers: Record<string, number> = {
    step: z > 0 ? 1 : 0,
    relu: Math.max(z, 0),
    sigmoid: 1 / (1 + Math.exp(-z)),
    tanh: Math.tanh(z),
  };
  for (const [name, expected] of Object.entries(answers)) {
    await page.locator('vscode-dropdown').click();
    await page.locator('vscode-option', { hasText: name }).click();
    const close = async () => Number((await page.locator('.answer').textContent())?.replace('−', '-'));
    await page.waitForFunction(
      (wanted) => document.querySelector('.block .formula')?.textContent?.includes(wanted),
      { step: '1 where', relu: 'max', sigmoid: 'e^', tanh: 'tanh' }[name]!,
    );
    assert.ok(Math.abs((await close()) - expected) < 6e-4, `${name}: ${await close()}, not ${expected}`);
  }
  await page.close();
});

test('layers say exclusive or, and numbers of one’s own', async () => {
  const { page } = await open('mlp');
  for (const [x, y] of [
    [[0, 0], 0],
    [[0, 1], 1],
    [[1, 0], 1],
    [[1, 1], 0],
  ] as const) {
    await paste(page, 'Input x', [x]);
    await toTheEnd(page);
    assert.deepEqual(await shown(page, 'Output y'), [[y]], `${x}`);
  }
  await setting(page, 'How many outputs', 2);
  await page.locator('.player').focus();
  await page.keyboard.press('Home');
  const [w1, b1, w2, b2] = [numbers(2, 2, 5), numbers(1, 2, 6), numbers(2, 2, 7), numbers(1, 2, 8)];
  await paste(page, 'Weights of layer 1', w1);
  await paste(page, 'Biases of layer 1', b1);
  await toTheEnd(page);
  await paste(page, 'Weights of layer 2', w2);
  await paste(page, 'Biases of layer 2', b2);
  const layer = (w: Rows, b: Rows, x: readonly number[]) => w.map((row, i) => row.reduce((sum, v, j) => sum + v * x[j]!, b[0]![i]!));
  const hidden = layer(w1, b1, [1, 1]).map((v) => Math.max(v, 0));
  near(await shown(page, 'After layer 1'), [hidden], 'hidden');
  near(await shown(page, 'Output y'), [layer(w2, b2, hidden)], 'output');
  await page.close();
});

for (const cell of ['rnn', 'lstm', 'gru'] as const) {
  test(`${cell}: gates and states of every step, of one’s own numbers`, async () => {
    const { page, wrong, sent } = await open(cell);
    const gates = { rnn: 1, lstm: 4, gru: 3 }[cell];
    const [T, E, D] = [4, 2, 3];
    await setting(page, 'How many steps the sequence has', T);
    await setting(page, 'How many numbers go in at a step', E);
    await setting(page, 'How many numbers the state has', D);
    const [input, weights] = [numbers(T, E, 9), numbers(gates * D, E + D, 10)];
    const [bias, start] = [numbers(gates * D, cell === 'gru' ? 2 : 1, 11), numbers(cell === 'lstm' ? 2 : 1, D, 12)];
    await paste(page, 'Sequence x', input);
    await paste(page, 'Weights W, U', weights);
    await paste(page, 'Biases', bias);
    await paste(page, 'First state', start);
    const expected = plainRecurrent(cell, input, weights, bias, start);
    await page.locator('.player').focus();
    await page.keyboard.press('Home');
    for (const [t, step] of expected.entries()) {
      await page.locator('.step-words', { hasText: `Step ${t + 1} of ${T}` }).waitFor();
      const states = await shown(page, 'States');
      near(
        states.slice(1, t + 2),
        expected.slice(0, t + 1).map(({ h, c }) => [...h, ...c]),
        `states at ${t + 1}`,
      );
      if (cell !== 'rnn') near(await shown(page, `Gates at t ${t + 1}`), Object.values(step.gates), `gates at ${t + 1}`);
      await page.keyboard.press('ArrowRight');
    }
    await page.locator('vscode-button[title^="Show the code"]').click();
    const symbol = cell === 'lstm' ? 'lstmCell' : cell;
    assert.deepEqual(sent.at(-1), { method: 'code', params: { file: `${cell}.ts`, symbol } });
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test('an LSTM’s formulas carry the step’s numbers', async () => {
  const { page } = await open('lstm');
  await page.locator('.player').focus();
  await page.keyboard.press('ArrowRight');
  const lines = await page.locator('dl.worked > div').allTextContents();
  assert.deepEqual(
    lines.map((line) => line.replace(/\s+/gu, ' ')),
    [
      'iσ(4·0 − 2 + 0·0.505 + 0·0.505) = σ(−2) = 0.119',
      'fσ(0·0 + 3 + 0·0.505 + 0·0.505) = σ(3) = 0.953',
      'gtanh(2·0 + 0·0.505 + 0·0.505) = tanh(0) = 0',
      'oσ(0·0 + 1 + 0·0.505 + 0·0.505) = σ(1) = 0.731',
      'c_tf·c_{t−1} + i·g = 0.953·0.849 + 0.119·0 = 0.809',
      'h_to·tanh(c_t) = 0.731·tanh(0.809) = 0.489',
    ],
  );
  await page.close();
});

test('steps are played by a button; where motion is to be reduced there is none, and arrow keys do', async () => {
  const { page } = await open('rnn');
  await page.locator('vscode-button[title="Play the steps"]').click();
  await page.locator('.step-words', { hasText: 'Step 5 of 5' }).waitFor();
  await page.close();
  const still = await open('rnn', { reducedMotion: 'reduce' });
  assert.equal(await still.page.locator('vscode-button[title="Play the steps"]').count(), 0);
  await still.page.locator('vscode-button[title="One step on"]').click();
  await still.page.locator('.step-words', { hasText: 'Step 2 of 5' }).waitFor();
  await still.page.close();
});

test('the keyboard alone: a cell by arrow keys, its number, the tab of another block', async () => {
  const { page } = await open('convolution');
  await table(page, 'Input x').locator('input').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('5');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Input x, row 2, column 2');
  assert.equal((await shown(page, 'Output y'))[0]![0], 7, 'typing replaces the number');
  await page.close();
});

for (const kind of ['dot', 'bahdanau'] as const) {
  test(`a translator with ${kind}: its weights and gates on the page, and words that it has not learned`, async () => {
    const { page, wrong } = await open('translator');
    if (kind === 'bahdanau') await page.locator('.segments button', { hasText: 'Bahdanau' }).click();
    await page.getByLabel('Sentence to translate').fill('a red house falls');
    await toTheEnd(page);
    await page.locator('.translation', { hasText: 'une maison rouge tombe <end>' }).waitFor();
    const translator = await builtInTranslator(kind);
    const ids = (words: string, all: readonly string[]) => words.split(' ').map((word) => all.indexOf(word));
    const [source, target] = [ids('a red house falls <end>', translator.source), ids('<start> une maison rouge tombe', translator.target)];
    const plain = plainTranslate(plainOf(translator), source, target);
    const readout = (title: string) => page.locator(`.numbered[aria-label="${title}"] .walk-readout`);
    const read = async (title: string) => Number((await readout(title).textContent())!.split(': ').at(-1));
    const grid = (title: string) => page.locator(`.numbered[aria-label="${title}"] .walk-hands`);
    await grid('Attention over the encoder’s states').focus();
    await page.keyboard.press('Home');
    for (const expected of plain.weights.at(-1)!) {
      const found = await read('Attention over the encoder’s states');
      assert.ok(Math.abs(found - expected) < 1e-5, `weight ${found}, not ${expected}`);
      await page.keyboard.press('ArrowRight');
    }
    await grid('The decoder’s LSTM').focus();
    for (const name of ['i', 'f', 'g', 'o'] as const) {
      const [found, expected] = [await read('The decoder’s LSTM'), plain.steps.at(-1)!.gates[name]![0]!];
      assert.ok(Math.abs(found - expected) < 1e-5, `${name} ${found}, not ${expected}`);
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.locator('.arithmetic', { hasText: 'f · c before + i · g' }).waitFor();
    await page.getByLabel('Sentence to translate').fill('a purple house falls');
    await page.locator('.wrong', { hasText: 'has not learned “purple”' }).waitFor();
    assert.match((await page.locator('.translation').textContent()) ?? '', /^a red house falls/);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

/** All blocks in one theme, two of them (a table and canvases) in the others. */
for (const theme of THEMES) {
  test(`axe finds nothing: ${theme}`, async () => {
    for (const block of theme === 'vscode-dark' ? BLOCK_IDS : (['lstm', 'translator'] as const)) {
      const { page, wrong } = await open(block, { theme });
      if (block === 'translator') await toTheEnd(page);
      else {
        const first = table(page, ['rnn', 'lstm', 'gru'].includes(block) ? 'Sequence x' : 'Input x')
          .locator('input')
          .first();
        await first.fill('x');
        await page.locator('.wrong', { hasText: 'no number' }).waitFor();
      }
      assert.deepEqual(await violations(page), [], block);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 620, `${block} is ${width} pixels wide`);
      if (process.env.HEADLIGHT_LOOK) await page.screenshot({ path: `${process.env.HEADLIGHT_LOOK}/${block}-${theme}.png` });
      assert.deepEqual(wrong, []);
      await page.close();
    }
  });
}
