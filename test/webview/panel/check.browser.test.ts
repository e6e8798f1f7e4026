/** Checking against the reference, in the panel with the real engine: the button, the table, the chip, and what cancelling leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './axe.ts';
import { panels, wordsOf } from './panel.ts';

const { open } = panels({ real: true });

test('a run is checked: every layer and the logits are equal, worst first, and the header says so', async () => {
  const { page, wrong } = await open({ case: 'headlight-gpt/1', real: true, select: { layer: 2, head: 1, query: 5 } });
  await page.locator('.header button[title^="How exact"]').click();
  await page.locator('.check vscode-button').click();
  await page.waitForSelector('.check-table', { timeout: 60_000 });
  const rows = await page
    .locator('.check-table tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((c) => c.textContent ?? '')));
  assert.equal(rows.length, 12);
  await page.locator('.check vscode-button', { hasText: /All \d+ stages/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('.check-table tbody tr').length > 12);
  const names = await page.locator('.check-table tbody th').allTextContents();
  for (const name of ['logits', 'Embeddings: Embedding', 'Layer 1 · self-attention and feed-forward: Queries q'])
    assert.ok(names.includes(name), name);
  assert.equal(names.filter((name) => name.endsWith('Softmax → weights')).length, 4);
  const shares = rows.map(([, largest, scale]) => Number(largest) / Number(scale));
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => b - a),
  );
  assert.ok(shares[0]! > 0 && shares[0]! < 1e-4, String(shares));
  assert.ok(
    rows.every(([, , , verdict]) => verdict === '✓ equal'),
    JSON.stringify(rows),
  );
  assert.match(await wordsOf(page, '.check .note'), /up to 1e-4.*The reference took \d/s);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  assert.match(await wordsOf(page, '.header button[title^="Against the reference"]'), /^reference ✓ \de-\d+$/);
  await page.locator('.header button[title^="Against the reference"]').click();
  await page.waitForSelector('.check-table');
  assert.deepEqual(wrong, []);
  await page.close();
});
