/**
 * Visualize Attention on a picture, as a person does it: open the picture, run the command, read what is drawn, click a patch. The weights
 * equal those of Hugging Face's eager attention on the same file.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { fixture, Goldens, readJson } from '../../model/goldens.ts';
import { Window } from './window.ts';

const LIMIT = { timeout: 480_000 };
/** Float32 sums in another order than PyTorch's. */
const TOLERANCE = 1e-5;
/** The picture is cut into 8 × 8 patches behind the class token. */
const EDGE = 8;

const told = readJson<{ pictures: Record<string, { file: string; class: string; probability: number }[]> }>(
  fixture('goldens', 'goldens.json'),
);
const [expected] = told.pictures['headlight-vit']!;
const goldens = Goldens.read(fixture('goldens', 'headlight-vit.safetensors'));

/** Every weight that the details list, by position. */
async function drawnRow(panel: Frame): Promise<Map<number, number>> {
  const more = panel.locator('.details .top button.muted:not([disabled])');
  if (await more.count()) await more.click();
  const titles = await panel.locator('.details .top button[title]').evaluateAll((all) => all.map((b) => b.getAttribute('title') ?? ''));
  const found = titles.map((title) => /\(position (\d+)\): (\S+)$/.exec(title)).filter((match) => match !== null);
  return new Map(found.map((match) => [Number(match[1]) - 1, Number(match[2])]));
}

async function assertRow(panel: Frame, layer: number, head: number, query: number): Promise<void> {
  const { shape, data } = goldens.get(`0/attention/${layer}`);
  const T = shape[1]!;
  await panel.locator('.details h3', { hasText: `layer ${layer + 1} · head ${head + 1}` }).waitFor();
  await panel.locator('.details .queries', { hasText: `position ${query + 1}` }).waitFor();
  await panel.page().waitForTimeout(200);
  const drawn = await drawnRow(panel);
  assert.equal(drawn.size, T);
  for (let key = 0; key < T; key++) {
    const wanted = Number(data[(head * T + query) * T + key]);
    const difference = Math.abs((drawn.get(key) ?? Number.NaN) - wanted);
    assert.ok(difference <= TOLERANCE, `L${layer + 1}·H${head + 1}, query ${query}, key ${key}: ${drawn.get(key)} against ${wanted}`);
  }
}

describe('a picture', () => {
  let window: Window;
  let panel: Frame;
  before(async () => {
    const markdown = '# Shapes\n\nThe moon ![a moon](moon.png) and ![nothing](gone.png).\n';
    window = await Window.open({ name: 'picture', files: { 'shapes.md': markdown }, settings: { 'headlight.device': 'wasm' } });
    await window.openFile(expected!.file);
    await window.command('Headlight: Visualize Attention');
    panel = await window.panel();
    await panel.locator('.picture-hands canvas').waitFor({ timeout: 120_000 });
  }, LIMIT);
  after(() => window?.close());

  const name = () => panel.locator('.picture-hands').getAttribute('aria-label');

  it('opens on the head that the measurements name, from the class token, with the class that the model sees', LIMIT, async () => {
    assert.match((await panel.locator('h1').textContent()) ?? '', /headlight-vit/);
    await assertRow(panel, 2, 0, 0);
    const first = panel.locator('.details .classes li').first();
    const [, label, share] = /^(.+): (.+)$/.exec((await first.getAttribute('title')) ?? '')!;
    assert.equal(label, expected!.class);
    assert.ok(Math.abs(Number(share) - expected!.probability) <= TOLERANCE, share);
    assert.match((await name()) ?? '', /^star\.png\. layer 3 · head 1: CLS attends \d+ % to row \d, column \d/);
    await window.picture('picture-dark');
  });

  it('a click on a patch asks from there, arrow keys walk on, CLS asks from the class token again', LIMIT, async () => {
    const box = (await panel.locator('.picture-hands').boundingBox())!;
    const edge = Math.min(box.width, box.height) - 8;
    const at = (place: number, whole: number) => (whole - edge) / 2 + ((place + 0.5) * edge) / EDGE;
    await panel.locator('.picture-hands').click({ position: { x: at(4, box.width), y: at(3, box.height) } });
    await assertRow(panel, 2, 0, 1 + 3 * EDGE + 4);
    assert.match((await name()) ?? '', /row 4, column 5 attends/);
    await window.page.keyboard.press('ArrowDown');
    await window.page.keyboard.press('ArrowLeft');
    await assertRow(panel, 2, 0, 1 + 4 * EDGE + 3);
    await window.picture('picture-patch');
    await panel.locator('.picture-tokens button', { hasText: 'CLS' }).click();
    await assertRow(panel, 2, 0, 0);
  });

  it('other heads have their own weights', LIMIT, async () => {
    await window.chooseHead(4, 3);
    await assertRow(panel, 3, 2, 0);
  });

  it('a path in Markdown is the picture only while the cursor stands on it', LIMIT, async () => {
    await window.openFile('shapes.md');
    await window.goTo(3, 22);
    await window.command('Headlight: Visualize Attention');
    await panel.locator('.picture-hands[aria-label^="moon.png"]').waitFor({ timeout: 60_000 });
    await window.goTo(3, 2);
    await window.command('Headlight: Visualize Attention');
    await panel.locator('h1', { hasText: 'headlight-gpt' }).waitFor({ timeout: 60_000 });
    assert.equal(await panel.locator('.picture-hands').count(), 0);
  });

  it('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
