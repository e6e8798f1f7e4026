/** A graph with inputs that nothing in a text can fill: the panel asks for them, runs with what was typed, and says so. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { type Harness, startHarness } from '../harness/server.ts';
import { violations } from './axe.ts';

let harness: Harness;
let browser: Browser;
before(async () => {
  harness = await startHarness({ real: true });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await harness?.close();
});

test('missing inputs are asked for by name; words that fit no tensor are answered; then the model runs', async () => {
  const page = await browser.newPage({ viewport: { width: 620, height: 760 } });
  page.setDefaultTimeout(90_000);
  await page.goto(harness.url({ case: 'pattern/names.unknown-inputs', theme: 'vscode-dark', real: true, select: '{}' }));
  const form = page.locator('.inputs-form');
  await form.waitFor({ timeout: 60_000 });
  assert.deepEqual(await form.locator('legend code').allTextContents(), ['input.77', 'onnx::Add_3']);
  assert.deepEqual(await violations(page), []);
  const field = (label: string) => form.locator(`vscode-text-field[aria-label="${label}"] input`);
  assert.equal(await field('Shape of onnx::Add_3').inputValue(), '1, 1, tokens, tokens');
  await field('Values of input.77').fill('what');
  await form.getByText('“what” is no number').waitFor();
  await field('Values of input.77').fill('0.25');
  await field('Values of onnx::Add_3').fill('0, 1');
  await field('Values of onnx::Add_3').press('Enter');
  await form.getByText('holds 25 values, and 2 were given').waitFor();
  await field('Values of onnx::Add_3').fill('zeros');
  await field('Values of onnx::Add_3').press('Enter');
  await page.locator('.cells').waitFor({ timeout: 60_000 });
  assert.match((await page.locator('.notice').allTextContents()).join(' '), /Given by hand, not by the text: input\.77 \(0\.25\)/);
  await page.close();
});
