/** Numbers read off the walk of golden checkpoints, cell by cell, equal Hugging Face's: weights of a head, and what the layer hands on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openGolden } from '../../model/architectures/checkpoints.ts';
import { panels, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
/** Part of the golden's scale, as of the engine's runs. */
const TOLERANCE = 1e-4;
const COLUMNS = 4;
const QUERY = 2;

/** Numbers of the lit row of a matrix, from its first column on. */
async function row(page: Page, block: string): Promise<number[]> {
  await page.locator(`${block} .walk-hands`).last().focus();
  await page.keyboard.press('Home');
  const numbers: number[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    if (column > 0) await page.keyboard.press('ArrowRight');
    numbers.push(Number((await page.locator(`${block} .cell-words`).last().textContent())!.split(': ').at(-1)));
  }
  return numbers;
}

const LAYERS = [
  { name: 'bert', kind: 'self', attention: 'self/0', hidden: 'hidden/1' },
  { name: 'gpt2', kind: 'self', attention: 'self/0', hidden: 'hidden/1' },
  { name: 'llama', kind: 'self', attention: 'self/0', hidden: 'hidden/1' },
  { name: 't5', kind: 'cross', attention: 'cross/0', hidden: 'hidden/decoder/1' },
  { name: 'marian', kind: 'encoder', attention: 'self/0', hidden: 'hidden/encoder/1' },
];

for (const { name, kind, attention, hidden } of LAYERS) {
  test(`${name}, ${kind}: weights and the layer's result`, async () => {
    const { tensors } = await openGolden(name);
    const { page, wrong } = await open({ case: `checkpoint/${name}`, real: true, select: { kind, layer: 0, head: 1, query: QUERY } });
    await page.locator('#tab-walk').click();
    await page.waitForSelector('.walk-block .walk-hands', { timeout: 60_000 });
    const weights = tensors.get(`A/attention/${attention}`);
    const [, , queries, keys] = weights.shape as [number, number, number, number];
    const read = await row(page, '.walk-block[aria-label="Softmax → weights"]');
    read.forEach((weight, key) => {
      const golden = Number(weights.data[(queries + QUERY) * keys + key]);
      assert.ok(Math.abs(weight - golden) <= TOLERANCE, `weight of key ${key}: ${weight} for ${golden}`);
    });
    const result = tensors.get(`A/${hidden}`);
    const D = result.shape.at(-1)!;
    const scale = Math.max(...Array.from(result.data as Float32Array, Math.abs));
    const handedOn = await row(page, '.walk-section:has(.walk-block) .walk-block:last-of-type');
    handedOn.forEach((number, column) => {
      const golden = Number(result.data[QUERY * D + column]);
      assert.ok(Math.abs(number - golden) <= TOLERANCE * scale, `column ${column}: ${number} for ${golden}`);
    });
    assert.match(await wordsOf(page, '.walk-tools p'), /^Following to \(#3\)/);
    assert.deepEqual(
      wrong.filter((message) => !message.includes('404')),
      [],
    );
    await page.close();
  });
}
