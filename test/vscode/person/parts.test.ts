/**
 * What does not fit one window, as a person meets it: a text beyond the model's length, walked through part by part; and a model that reads a picture and
 * a text together.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { fixture, Goldens, readJson } from '../../model/goldens.ts';
import { Window } from './window.ts';

const LIMIT = { timeout: 240_000 };
const LINES = Array.from({ length: 200 }, (_, n) => `Line ${n} says that the keys to the cabinet are on the table.`);
const CLIP_TEXT = 'The keeper watches three boats at sea.';

function clipFiles(): Record<string, string | Uint8Array> {
  const read = (name: string) => new Uint8Array(readFileSync(fixture('checkpoints', 'clip', name)));
  const { clip } = readJson<Record<string, unknown>>(fixture('images', 'processors.json'));
  return {
    'towers/config.json': read('config.json'),
    'towers/model.safetensors': read('model.safetensors'),
    'towers/tokenizer.json': new Uint8Array(readFileSync(fixture('images', 'clip-tokenizer.json'))),
    'towers/preprocessor_config.json': JSON.stringify(clip),
    'harbour.png': new Uint8Array(readFileSync(fixture('images', 'checkpoints.png'))),
    'long.txt': LINES.join('\n'),
  };
}

describe('parts and towers', () => {
  let window: Window;
  let panel: Frame;
  before(async () => {
    window = await Window.open({ name: 'parts', files: clipFiles(), settings: { 'headlight.device': 'wasm' } });
  }, LIMIT);
  after(() => window?.close());

  it('a long text says which part it is; a click shows the one behind, and back', LIMIT, async () => {
    await window.openFile('long.txt');
    await window.goTo(3, 6);
    await window.command('Headlight: Visualize Attention of the Whole File');
    panel = await window.panel();
    const notice = panel.locator('.notice.part');
    await notice.filter({ hasText: 'the beginning is shown' }).waitFor({ timeout: 120_000 });
    await notice.locator('vscode-button[title="Part behind this one"]').click();
    await notice.filter({ hasText: /lines \d+ to \d+ of it are shown/ }).waitFor({ timeout: 60_000 });
    const behind = Number(/lines (\d+) to/.exec((await notice.textContent()) ?? '')?.[1]);
    assert.ok(behind > 5 && behind < 30, `${behind}`);
    await window.picture('long-part');
    await notice.locator('vscode-button[title="Part before this one"]').click();
    await notice.filter({ hasText: 'the beginning is shown' }).waitFor({ timeout: 60_000 });
  });

  it('a picture and a text for a model that reads both: the picture tower’s rows are Hugging Face’s', LIMIT, async () => {
    await window.openFile('harbour.png');
    await window.chooseModel('towers');
    // The text that was on view goes along with the picture in the open tab.
    await panel.locator('h1', { hasText: 'towers' }).waitFor({ timeout: 120_000 });
    await panel.locator('.picture-hands[aria-label*="CLS attends"]').waitFor({ timeout: 60_000 });
    await window.command('Headlight: Visualize a Sentence');
    await window.page.waitForTimeout(300);
    await window.page.locator('.quick-input-widget input').fill(CLIP_TEXT);
    await window.page.keyboard.press('Enter');
    await panel.locator('.chips li', { hasText: '10 tokens · 16 patches' }).waitFor({ timeout: 60_000 });
    await panel.locator('.picture-hands[aria-label*="CLS attends"]').waitFor({ timeout: 60_000 });
    const golden = Goldens.read(fixture('checkpoints', 'clip', 'golden.safetensors')).get('A/attention/vision/0');
    const titles = await panel.locator('.details .top button[title]').evaluateAll((all) => all.map((b) => b.getAttribute('title') ?? ''));
    const found = titles.map((title) => /\(position (\d+)\): (\S+)$/.exec(title)).filter((match) => match !== null);
    assert.ok(found.length >= 8);
    for (const match of found) {
      const key = Number(match[1]) - 1;
      assert.ok(Math.abs(Number(match[2]) - Number(golden.data[key])) < 2e-5, `key ${key}: ${match[2]} for ${golden.data[key]}`);
    }
    await window.picture('towers');
  });

  it('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
