/** Pixels tell the truth: what the canvases show is read back and compared with the weights that Hugging Face computed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionFlow } from '../../../model/metrics/index.ts';
import { heat, sequential } from '../../../webview/colour/scales.ts';
import { colourIndex, poolMax } from '../../../webview/draw/cells.ts';
import { percent } from '../../../webview/draw/numbers.ts';
import type { Site } from '../../../webview/state/types.ts';
import { byLayer } from '../../../webview/views/heads/layout.ts';
import { caseOf } from '../harness/cases.ts';
import { channelDistance, panels, pixels, settled, told, wordsOf } from './panel.ts';

const { open } = panels();
const table = sequential('dark', [31, 31, 31]);
const colour = (weight: number, top = 1) => {
  const i = colourIndex(weight, top, 'linear') * 4;
  return [table[i]!, table[i + 1]!, table[i + 2]!, 255];
};
const { record, show } = caseOf('headlight-gpt/1');
const T = show.run.ids!.length;
const headOf = (layer: number, head: number) => record!.weights.get(`self/${layer}`)!.subarray(head * T * T, (head + 1) * T * T);

test('every cell of the matrix has the colour of its weight; what a causal head cannot see is empty', async () => {
  const { page, wrong } = await open({ select: { layer: 2, head: 0 } });
  const frame = (await page.locator('.matrix-hands').getAttribute('data-frame'))!.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [left, top, cell] = frame;
  const points: [number, number][] = [];
  for (let q = 0; q < T; q++)
    for (let k = 0; k < T; k++) points.push([Math.round(left + (k + 0.5) * cell), Math.round(top + (q + 0.5) * cell)]);
  const seen = await pixels(page, 'canvas.cells', points);
  const weights = headOf(2, 0);
  for (let i = 0; i < T * T; i++) {
    const expected = i % T > Math.floor(i / T) ? [0, 0, 0, 0] : colour(weights[i]!);
    assert.ok(channelDistance(seen[i]!, expected) <= 1, `query ${Math.floor(i / T)}, key ${i % T}: ${seen[i]} for ${expected}`);
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

test('every thumbnail is a picture of its own head', async () => {
  const { page } = await open();
  await settled(page);
  const width = await page.locator('.grid-box').evaluate((e) => e.getBoundingClientRect().width);
  const site = (layer: number) => ({ kind: 'self', layer, heads: 4, kvHeads: 4, run: { heads: 4 } }) as Site;
  const layout = byLayer([0, 1, 2, 3].map(site), width);
  const points: [number, number][] = [];
  const expected: number[][] = [];
  for (const { ref, x, y } of layout.places) {
    const weights = headOf(ref.layer, ref.head);
    for (let q = 0; q < T; q++) {
      for (let k = 0; k <= q; k++) {
        points.push([Math.round(2 * (x + ((k + 0.5) * layout.size) / T)), Math.round(2 * (y + ((q + 0.5) * layout.size) / T))]);
        expected.push(colour(weights[q * T + k]!));
      }
    }
  }
  const seen = await pixels(page, '.grid canvas:not(.over)', points);
  seen.forEach((s, i) => {
    assert.ok(channelDistance(s, expected[i]!) <= 1, `point ${points[i]}: ${s} for ${expected[i]}`);
  });
  await page.close();
});

test('thumbnails have two device pixels a CSS pixel', async () => {
  const { page } = await open();
  const { device, css } = await page
    .locator('.grid canvas:not(.over)')
    .evaluate((e) => ({ device: (e as HTMLCanvasElement).width, css: e.clientWidth }));
  assert.ok(device >= 2 * css - 1, `${device} for ${css}`);
  await page.close();
});

test('pooling keeps the largest weight of every area: a diagonal one cell wide survives', () => {
  const [rows, columns] = [97, 131];
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) data[i * columns + i] = 0.5 + i / 1000;
  const pooled = poolMax({ data, rows, columns }, 10, 13);
  let inside = 0;
  for (let r = 0; r < 10; r++) {
    for (let c = 0; c < 13; c++) {
      let top = 0;
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          if (Math.floor((y * 10) / rows) === r && Math.floor((x * 13) / columns) === c) top = Math.max(top, data[y * columns + x]!);
        }
      }
      assert.equal(pooled.data[r * 13 + c], Math.fround(top));
      if (top > 0) inside++;
    }
  }
  assert.ok(inside >= 10);
});

test('a wheel turn enlarges the cell under the pointer, which still says its weight', async () => {
  const { page } = await open({ case: 'headlight-gpt/3', select: { layer: 0, head: 1 } });
  const hands = page.locator('.matrix-hands');
  const box = (await hands.boundingBox())!;
  const frame = async () => (await hands.getAttribute('data-frame'))!.split(' ').map(Number);
  const [left, top, cell] = (await frame()) as [number, number, number];
  const at = { x: box.x + left + 20.5 * cell, y: box.y + top + 30.5 * cell };
  await page.mouse.move(at.x, at.y);
  const before = await wordsOf(page, '.readout .number');
  for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -200);
  await page.waitForFunction(
    (small) => Number(document.querySelector('.matrix-hands')!.getAttribute('data-frame')!.split(' ')[2]) > small * 3,
    cell,
  );
  await page.mouse.move(at.x + 1, at.y);
  assert.equal(await wordsOf(page, '.readout .number'), before);
  assert.equal(await page.locator('canvas.minimap').count(), 1);
  const golden = caseOf('headlight-gpt/3');
  const n = golden.show.run.ids!.length;
  const weight = golden.record!.weights.get('self/0')![1 * n * n + 30 * n + 20]!;
  assert.ok(Math.abs(Number(before) - weight) < 1e-9, `${before} for ${weight}`);
  await page.close();
});

test('the host hears every selection with the weights of its row, digit for digit', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7 } });
  await settled(page);
  const [last] = (await told<{ selection: { query: number }; weights: number[] | null }>(page, 'selected')).slice(-1);
  assert.equal(last!.selection.query, 7);
  assert.deepEqual(last!.weights, Array.from(headOf(2, 0).subarray(7 * T, 8 * T)));
  const row = await page.evaluate(async () => {
    const { host } = (
      globalThis as unknown as { headlightHost: { host: { request(method: string, params: unknown): Promise<Float32Array> } } }
    ).headlightHost;
    return Array.from(await host.request('row', { kind: 'self', layer: 1, head: 3, token: 4, direction: 'to' }));
  });
  assert.deepEqual(
    row,
    Array.from({ length: T }, (_, q) => headOf(1, 3)[q * T + 4]!),
  );
  await page.close();
});

test('words carry the colour of their weight, and none where the head cannot look', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7 } });
  await page.locator('#tab-text').click();
  await settled(page);
  const words = await page
    .locator('.source .token')
    .evaluateAll((all) => all.map((w) => [w.textContent, (w as HTMLElement).style.backgroundColor, w.className]));
  const table = heat('dark', [31, 31, 31]);
  const weights = headOf(2, 0).subarray(7 * T, 8 * T);
  assert.equal(words.map(([text]) => text).join(''), 'The keys to the cabinet are on the table.');
  words.forEach(([, background], i) => {
    const at = colourIndex(weights[i]!, 1, 'linear') * 4;
    assert.equal(background, i > 7 ? '' : `rgb(${table[at]}, ${table[at + 1]}, ${table[at + 2]})`, `word ${i}`);
  });
  assert.deepEqual(
    words.flatMap(([, , name], i) => (/query/u.test(String(name)) ? [i] : [])),
    [7],
  );
  await page.close();
});

test('who looks at a word: the column is painted', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 1 } });
  await page.locator('#tab-text').click();
  await page.locator('.text-view vscode-dropdown[aria-label="Direction"]').click();
  await page.locator('vscode-option', { hasText: 'who looks at it' }).click();
  // Away from the words: one under the pointer would show its own row.
  await page.mouse.move(5, 5);
  await settled(page);
  const titles = await page.locator('.source .token').evaluateAll((all) => all.map((w) => (w as HTMLElement).title));
  const column = Array.from({ length: T }, (_, q) => headOf(2, 0)[q * T + 1]!);
  titles.forEach((title, i) => {
    assert.ok(title.endsWith(`: ${percent(column[i]!)}`), `${title} for ${column[i]}`);
  });
  await page.close();
});

test('hidden special tokens: their column is gone and every row says what it hides', async () => {
  const bert = caseOf('headlight-bert/0');
  const n = bert.show.run.ids!.length;
  const { page } = await open({ case: 'headlight-bert/0', select: { layer: 1, head: 0, query: 3, key: 2 } });
  await page.locator('.matrix-tools vscode-dropdown[aria-label="Special tokens"]').click();
  await page.locator('vscode-option', { hasText: 'mass as bars' }).click();
  await settled(page);
  assert.equal(await page.locator('.matrix-hands').getAttribute('aria-colcount'), String(n - 2));
  const row = bert.record!.weights.get('self/1')!.subarray(3 * n, 4 * n);
  const hidden = row[0]! + row[n - 1]!;
  assert.match(await wordsOf(page, '.hidden-mass'), new RegExp(`special tokens, ${percent(hidden)} of this row`));
  const [left, top, cell] = (await page.locator('.matrix-hands').getAttribute('data-frame'))!.split(' ').map(Number) as [
    number,
    number,
    number,
  ];
  const bar = left + cell * (n - 2) + 3;
  const strip = Array.from({ length: 8 }, (_, i) => [Math.round(bar + i), Math.round(top + 2.5 * cell)] as const);
  const lit = (await pixels(page, 'canvas.cells', strip)).filter(([r, g]) => r === 255 && g === 180).length;
  assert.ok(Math.abs(lit - 8 * hidden) <= 1.5, `${lit} of 8 pixels for ${hidden}`);
  await page.close();
});

test('several heads: the mean of their weights, and it says which', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7, key: 1 } });
  const width = await page.locator('.grid-box').evaluate((e) => e.getBoundingClientRect().width);
  const layout = byLayer(
    [0, 1, 2, 3].map((layer) => ({ kind: 'self', layer, heads: 4, kvHeads: 4, run: { heads: 4 } }) as Site),
    width,
  );
  const place = layout.places.find((p) => p.ref.layer === 3 && p.ref.head === 2)!;
  await page.locator('.grid').click({ position: { x: place.x + 5, y: place.y + 5 }, modifiers: ['Shift'] });
  await settled(page);
  assert.equal(await wordsOf(page, '.together p'), 'Mean of L3·H1, L4·H3');
  const mean = (headOf(2, 0)[7 * T + 1]! + headOf(3, 2)[7 * T + 1]!) / 2;
  assert.ok(Math.abs(Number(await wordsOf(page, '.readout .number')) - mean) < 1e-7);
  await page.close();
});

test('rollout up to a layer is the one of the formula, and says so', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7, key: 0 } });
  await page.locator('.over-layers button', { hasText: 'rollout' }).click();
  await page.locator('.details h3', { hasText: 'rollout' }).waitFor();
  assert.match(await wordsOf(page, '.details h3 >> nth=0'), /rollout, layers 1–3/);
  // R = Π (½ mean + ½ I), written out again here, in float64.
  let mixed = Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => Number(i === j)));
  for (let layer = 0; layer < 3; layer++) {
    const mean = (q: number, k: number) => [0, 1, 2, 3].reduce((sum, h) => sum + headOf(layer, h)[q * T + k]! / 4, 0);
    mixed = mixed.map((_, q) =>
      mixed.map((_, s) => mixed.reduce((sum, row, k) => sum + (mean(q, k) / 2 + Number(q === k) / 2) * row[s]!, 0)),
    );
  }
  assert.ok(Math.abs(Number(await wordsOf(page, '.readout .number')) - mixed[7]![0]!) < 1e-6);
  await page.locator('.over-layers button', { hasText: 'rollout' }).click();
  await page.locator('.details h3', { hasText: 'layer 3 · head 1' }).waitFor();
  assert.ok(Math.abs(Number(await wordsOf(page, '.readout .number')) - headOf(2, 0)[7 * T]!) < 1e-6);
  await page.close();
});

test('attention flow of the chosen query is the maximum flow, and another query has its own', async () => {
  const { page, wrong } = await open({ select: { layer: 2, head: 0, query: 7, key: 1 } });
  await page.locator('.over-layers button', { hasText: 'flow' }).click();
  await page.locator('.details h3', { hasText: 'attention flow, layers 1–3' }).waitFor();
  const layers = [0, 1, 2].map((layer) => record!.weights.get(`self/${layer}`)!);
  const shown = async () => Number(await wordsOf(page, '.readout .number'));
  assert.ok(Math.abs((await shown()) - attentionFlow(layers, 4, T, 7)[1]!) < 1e-6);
  await page.locator('.matrix-hands').focus();
  await page.keyboard.press('ArrowUp');
  await page.waitForFunction(() => document.querySelector('.readout bdi')?.textContent === 'are');
  await page.waitForFunction(() => Number(document.querySelector('.readout .number')?.textContent) > 0);
  assert.ok(Math.abs((await shown()) - attentionFlow(layers, 4, T, 6)[1]!) < 1e-6);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('another theme paints anew, at once', async () => {
  const { page } = await open({ select: { layer: 2, head: 0 } });
  const [left, top, cell] = (await page.locator('.matrix-hands').getAttribute('data-frame'))!.split(' ').map(Number) as [
    number,
    number,
    number,
  ];
  const middle = [Math.round(left + cell / 2), Math.round(top + cell / 2)] as const;
  const light = sequential('light', [255, 255, 255]);
  const at = colourIndex(headOf(2, 0)[0]!, 1, 'linear') * 4;
  await page.evaluate(() => {
    document.body.className = 'vscode-light';
  });
  await settled(page);
  const [seen] = await pixels(page, 'canvas.cells', [middle]);
  assert.ok(channelDistance(seen!, [light[at]!, light[at + 1]!, light[at + 2]!, 255]) <= 1, String(seen));
  await page.close();
});
