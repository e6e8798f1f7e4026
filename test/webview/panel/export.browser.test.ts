/** Exports reopen: numbers bit for bit, pictures without a network, each with what made it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { caseOf } from '../harness/cases.ts';
import { panels, settled } from './panel.ts';

const { open } = panels();
const { record, show } = caseOf('headlight-gpt/1');
const T = show.run.ids!.length;
const golden = record!.weights.get('self/2')!.slice(0, T * T);

async function exported(page: Page, label: string): Promise<{ name: string; bytes: Uint8Array }> {
  const button = page.locator('.menu vscode-button', { hasText: label });
  if (!(await button.isVisible())) await page.locator('.header button[title="Export"]').click();
  const count = () => page.evaluate(() => (globalThis as unknown as { headlightHost: { saved: unknown[] } }).headlightHost.saved.length);
  const before = await count();
  await button.click();
  await page.waitForFunction(
    (n) => (globalThis as unknown as { headlightHost: { saved: unknown[] } }).headlightHost.saved.length > n,
    before,
  );
  const last = await page.evaluate(() => {
    const { name, bytes } = (
      globalThis as unknown as { headlightHost: { saved: { name: string; bytes: Uint8Array }[] } }
    ).headlightHost.saved.at(-1)!;
    return { name, bytes: Array.from(bytes) };
  });
  return { name: last.name, bytes: Uint8Array.from(last.bytes) };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('CSV, JSON and NPY hold the weights bit for bit, and what made them', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7 } });
  const csv = await exported(page, 'CSV');
  assert.equal(csv.name, 'headlight-gpt-L3H1.csv');
  const [head, , ...lines] = text(csv.bytes).trim().split('\n');
  const made = JSON.parse(head!.slice(2));
  assert.deepEqual(made.heads, [{ layer: 3, head: 1 }]);
  assert.match(made.textSha256, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    lines.flatMap((l) =>
      l
        .split(',')
        .slice(1)
        .map((v) => Math.fround(Number(v))),
    ),
    Array.from(golden),
  );
  const json = JSON.parse(text((await exported(page, 'JSON')).bytes));
  assert.deepEqual(json.weights.flat().map(Math.fround), Array.from(golden));
  assert.equal(json.headlight.how, 'read');
  const npy = (await exported(page, 'NPY')).bytes;
  assert.equal(text(npy.subarray(1, 6)), 'NUMPY');
  const length = npy[8]! + 256 * npy[9]!;
  assert.equal((10 + length) % 64, 0);
  assert.match(text(npy.subarray(10, 10 + length)), new RegExp(`'descr': '<f4', 'fortran_order': False, 'shape': \\(${T}, ${T}\\)`));
  assert.deepEqual(Array.from(new Float32Array(npy.slice(10 + length).buffer)), Array.from(golden));
  const tensors = (await exported(page, 'safetensors')).bytes;
  const size = Number(new DataView(tensors.buffer).getBigUint64(0, true));
  const header = JSON.parse(text(tensors.subarray(8, 8 + size)));
  assert.deepEqual(header.weights, { dtype: 'F32', shape: [T, T], data_offsets: [0, T * T * 4] });
  assert.equal(JSON.parse(header.__metadata__.headlight).model.name, 'headlight-gpt');
  assert.equal((8 + size) % 8, 0);
  assert.deepEqual(Array.from(new Float32Array(tensors.slice(8 + size).buffer)), Array.from(golden));
  await page.close();
});

test('the picture of the matrix goes to the clipboard', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7 } });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.header button[title="Export"]').click();
  await page.locator('.menu vscode-button', { hasText: 'Copy the matrix' }).click();
  await page.locator('.menu .note', { hasText: 'on the clipboard' }).waitFor();
  const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types));
  assert.deepEqual(types, ['image/png']);
  await page.close();
});

test('SVG, PNG and HTML open again without a network and show the matrix', async () => {
  const { page } = await open({ select: { layer: 2, head: 0, query: 7 } });
  await settled(page);
  const svg = text((await exported(page, 'Matrix as SVG')).bytes);
  const png = (await exported(page, 'Matrix as PNG')).bytes;
  const html = text((await exported(page, 'HTML')).bytes);
  assert.deepEqual(Array.from(png.subarray(0, 8)), [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const offline = await page.context().browser()!.newContext({ offline: true });
  const reader = await offline.newPage();
  const asked: string[] = [];
  reader.on('request', (r) => !/^(data:|about:)/u.test(r.url()) && asked.push(r.url()));
  await reader.setContent(html);
  assert.equal(await reader.locator('svg rect title').count(), (T * (T + 1)) / 2);
  assert.match(String(await reader.locator('h2', { hasText: 'looks' }).textContent()), /Where “on” looks/);
  assert.equal(await reader.locator('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 0), true);
  const wide = await reader.evaluate(
    (source) =>
      new Promise<number>((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(image.naturalWidth);
        image.onerror = () => reject(new Error('The SVG does not open.'));
        image.src = `data:image/svg+xml;utf8,${encodeURIComponent(source)}`;
      }),
    svg,
  );
  const pngWide = new DataView(png.buffer).getUint32(16);
  assert.ok(Math.abs(pngWide - 2 * wide) <= 2, `${pngWide} for ${wide}`);
  assert.deepEqual(asked, []);
  await offline.close();
  await page.close();
});
