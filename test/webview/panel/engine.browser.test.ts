/** Panel and engine together: what the panel shows of a model that really ran equals what Hugging Face computed, and adds up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseOf } from '../harness/cases.ts';
import { violations } from './axe.ts';
import { panels, settled, told, wordsOf } from './panel.ts';

const { open } = panels({ real: true });
const RTOL = 1e-5;

for (const name of ['headlight-gpt/1', 'headlight-bert/0']) {
  test(`${name}: the rows that the host hears are Hugging Face's, to 1e-5`, async () => {
    const { record, show } = caseOf(name);
    const T = show.run.ids!.length;
    const { page, wrong } = await open({ case: name, real: true, select: { layer: 2, head: 1, query: 5 } });
    await settled(page);
    const [last] = (await told<{ weights: number[] | null }>(page, 'selected')).slice(-1);
    const golden = record!.weights.get('self/2')!.subarray((T + 5) * T, (T + 6) * T);
    assert.equal(last!.weights!.length, T);
    last!.weights!.forEach((w, i) => {
      assert.ok(Math.abs(w - golden[i]!) <= RTOL, `key ${i}: ${w} for ${golden[i]}`);
    });
    assert.match(await wordsOf(page, '.chip-button'), /exact, rows sum to 1/);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test('neurons: q·k × scale + mask is the score, and the softmax of the scores is the row', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 2, head: 0, query: 7, key: 0 } });
  await page.locator('#tab-neurons').click();
  await page.locator('.neurons-box').focus();
  const scores: number[] = [];
  const weights: number[] = [];
  for (let key = 0; key < 11; key++) {
    if (key > 0) await page.keyboard.press('ArrowDown');
    await settled(page);
    const words = await wordsOf(page, '.neurons-view .value');
    const number = (title: string) => Number(new RegExp(`${title.replace(/[+]/gu, '\\+')} (-?[\\d.e+-]+|-Infinity)`, 'u').exec(words)?.[1]);
    const [scaled, added, score] = [number('× scale'), number('+ mask'), number('= score')];
    assert.ok(Math.abs(number('q·k') / Math.sqrt(32) - scaled) < 1e-4, words);
    if (score > -1e30) assert.ok(Math.abs(scaled + added - score) < 1e-4, words);
    scores.push(score);
    weights.push(number('weight'));
  }
  const sum = scores.reduce((a, s) => a + Math.exp(s), 0);
  weights.forEach((w, i) => {
    assert.ok(Math.abs(w - Math.exp(scores[i]!) / sum) < 1e-5, `key ${i}: ${w}`);
  });
  assert.deepEqual(weights.slice(8), [0, 0, 0]);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('any script: the text view shows the text as it is, and every token has its label', async () => {
  const text = 'שלום עולם، مرحبا 你好世界 👩‍👩‍👧 e\u0301\tnaïve <b>&amp;';
  const { page, wrong } = await open({ case: `headlight-gpt/text:${text}`, real: true, select: { layer: 0, head: 0, query: 3 } });
  await page.locator('#tab-text').click();
  await settled(page);
  assert.equal(await wordsOf(page, '.words .source'), text);
  assert.equal(await page.locator('.words b').count(), 0);
  await page.locator('#tab-matrix').click();
  await page.keyboard.press('t');
  const labels = await page.locator('.table-box tbody th').allTextContents();
  assert.ok(labels.length > 20 && labels.every((l) => l.trim().length > 0), labels.join('|'));
  assert.deepEqual(wrong, []);
  await page.close();
});
