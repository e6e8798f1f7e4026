/** The walk in the panel with the real engine: its numbers are Hugging Face's, its blocks say what they do, and everybody can use it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { caseOf } from '../harness/cases.ts';
import { violations } from './axe.ts';
import { panels, THEMES, told, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
const block = (title: string) => `.walk-block[aria-label="${title}"]`;

async function walk(page: Page): Promise<void> {
  await page.locator('#tab-walk').click();
  await page.waitForSelector('.walk-block .walk-hands', { timeout: 60_000 });
}

/** Numbers of the lit row of a block, read cell by cell as a person with a keyboard does. */
async function row(page: Page, title: string, columns: number): Promise<number[]> {
  await page.locator(`${block(title)} .walk-hands`).focus();
  await page.keyboard.press('Home');
  const numbers: number[] = [];
  for (let column = 0; column < columns; column++) {
    if (column > 0) await page.keyboard.press('ArrowRight');
    const words = await wordsOf(page, `${block(title)} .cell-words`);
    numbers.push(words.includes('hidden') ? Number.NEGATIVE_INFINITY : Number(words.split(': ').at(-1)));
  }
  return numbers;
}

test('weights read off the walk are Hugging Face’s, and the softmax of the scores above them', async () => {
  const { record, show } = caseOf('headlight-gpt/1');
  const T = show.run.ids!.length;
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 1, head: 1, query: 5 }, height: 900 });
  await walk(page);
  const golden = record!.weights.get('self/1')!.subarray((T + 5) * T, (T + 6) * T);
  const weights = await row(page, 'Softmax → weights', T);
  weights.forEach((weight, key) => {
    assert.ok(Math.abs(weight - golden[key]!) <= 1e-5, `key ${key}: ${weight} for ${golden[key]}`);
  });
  const products = await row(page, 'Scores q·kᵀ', T);
  const scaled = await row(page, 'Scale', T);
  scaled.forEach((score, key) => {
    assert.ok(Math.abs(products[key]! / Math.sqrt(32) - score) < 1e-4, `key ${key}`);
  });
  const seen = scaled.slice(0, 6);
  const most = Math.max(...seen);
  const sum = seen.reduce((total, score) => total + Math.exp(score - most), 0);
  seen.forEach((score, key) => {
    assert.ok(Math.abs(Math.exp(score - most) / sum - weights[key]!) < 1e-5, `key ${key}`);
  });
  assert.match(await wordsOf(page, `${block('Scale')} .formula`), /÷ √d = ÷ √32 = ÷ 5\.66/);
  assert.match(await wordsOf(page, `${block('Queries q')} .shape`), /^\[T, d\] = \[11, 32\]$/);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a token is followed, folded layers open, code is shown, and axe finds nothing in any theme', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 0, head: 0, query: 5 }, height: 900 });
  await walk(page);
  await page.locator('.walk-tokens button').nth(3).click();
  assert.match(await wordsOf(page, '.walk-tools p'), /^Following to \(#4\)/);
  const [last] = (await told<{ selection: { query: number } }>(page, 'selected')).slice(-1);
  assert.equal(last!.selection.query, 3);
  await page.locator('.walk-section button.fold').first().press('Enter');
  await page.waitForSelector(block('Embedding'));
  await page.waitForSelector(block('+ positions'));
  await page.locator(`${block('Scores q·kᵀ')} vscode-button[title^="Show the code"]`).click();
  assert.deepEqual(await told(page, 'code'), [{ file: 'attention.ts', symbol: 'attention' }]);
  await page.locator(`${block('Embedding')} vscode-button[title="Show the numbers"]`).click();
  await page.waitForSelector('.walk-answers tbody tr');
  for (const theme of THEMES) {
    await page.evaluate((name) => {
      document.body.className = name;
    }, theme);
    assert.deepEqual(await violations(page), [], theme);
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a click on a number shows how it came about, and the terms add up to it', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 0, head: 0, query: 5 }, height: 900 });
  await walk(page);
  const cells = await row(page, 'Scores q·kᵀ', 3);
  await page.keyboard.press('Enter');
  const card = `${block('Scores q·kᵀ')} .arithmetic`;
  await page.waitForSelector(`${card} table`);
  const terms = await page
    .locator(`${card} tbody tr td:last-child`)
    .evaluateAll((all) => all.map((cell) => Number((cell as HTMLElement).title)));
  const facts = new Map(
    await page.locator(`${card} dl > div`).evaluateAll((all) =>
      all.map((fact) => {
        const number = fact.querySelector('dd')!;
        return [fact.querySelector('dt')!.textContent!, Number(number.title || number.textContent)] as const;
      }),
    ),
  );
  assert.equal(terms.length, 8);
  const sum = terms.reduce((a, b) => a + b, 0) + facts.get('the other 24 terms')!;
  assert.equal(facts.get('the run has'), cells[2]);
  assert.ok(Math.abs(sum - cells[2]!) < 1e-4, `${sum} for ${cells[2]}`);
  assert.deepEqual(await violations(page), []);
  await page.locator(`${card} vscode-button`).click();
  assert.equal(await page.locator(card).count(), 0);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('the title of a block says what its word means', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 1, head: 1, query: 5 }, height: 900 });
  await page.locator('#tab-walk').click();
  const scores = page.locator('.walk-block h4 .term', { hasText: 'Scores' }).first();
  await scores.waitFor();
  const words = new Set((await page.locator('.walk-block h4 .term').allTextContents()).map((word) => word.split(' ')[0]));
  for (const word of ['Queries', 'Keys', 'Values', 'Scores', 'Weights'])
    assert.ok(words.has(word), `${word} among ${[...words].join(', ')}`);
  await scores.hover();
  const card = page.locator('.term-card:popover-open');
  await card.waitFor();
  assert.match((await card.textContent())!, /^score The product of a query and a key/);
  assert.deepEqual(wrong, []);
  await page.close();
});
