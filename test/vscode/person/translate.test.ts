/** *I am a student* → *je suis étudiant* as a person does it: choose the translator, select a line, run the command, read both texts. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { Window } from './window.ts';

const SLOW = 120_000;

/** The word of the other text with the largest weight, once the details speak of `word`. */
async function topOf(panel: Frame, word: string): Promise<string> {
  await panel.locator('.details .queries .query-token', { hasText: new RegExp(`^${word}$`, 'u') }).waitFor({ timeout: SLOW });
  await panel.page().waitForTimeout(150);
  return (await panel.locator('.details .top .name').first().textContent()) ?? '';
}

const targetOf = async (panel: Frame) => ((await panel.locator('.text-view .words .source').first().textContent()) ?? '').trim();

describe('a translator', () => {
  let window: Window;
  let panel: Frame;
  before(async () => {
    window = await Window.open({ name: 'translate', settings: { 'headlight.device': 'wasm' } });
    await window.openFile('translate.txt');
    await window.chooseModel('headlight-translator');
  });
  after(() => window?.close());

  const visualize = async (line: number, said: string) => {
    await window.page.locator('.tab[data-resource-name="translate.txt"]').click();
    await window.selectLine(line);
    await window.command('Headlight: Visualize Attention');
    panel = await window.panel();
    await panel.locator('#tab-text').click({ timeout: SLOW });
    await panel.locator('.text-view .words .source', { hasText: said }).first().waitFor({ timeout: SLOW });
    assert.equal(await targetOf(panel), said);
  };

  it('says the translation and shows who looks at which word of the source', { timeout: 480_000 }, async () => {
    await visualize(1, 'je suis étudiant');
    await panel.locator('.text-view .words').first().locator('.token', { hasText: 'étudiant' }).click();
    assert.equal(await topOf(panel, 'étudiant'), 'student');
    assert.match((await panel.locator('.details .queries').textContent()) ?? '', /suis → étudiant/u);
  });

  it('aligns words that change their places, and the cursor in the source asks from the other side', { timeout: 480_000 }, async () => {
    await visualize(2, 'le chat noir dort sur la chaise');
    for (const [french, english] of [
      ['chat', 'cat'],
      ['noir', 'black'],
      ['dort', 'sleeps'],
      ['chaise', 'chair'],
    ] as const) {
      await panel.locator('.text-view .words').first().locator('.token', { hasText: french }).click();
      assert.equal(await topOf(panel, french), english);
    }
    await window.page.locator('.tab[data-resource-name="translate.txt"]').click();
    await window.goTo(2, 'the black c'.length + 1);
    assert.equal(await topOf(panel, 'cat'), 'chat');
    assert.deepEqual(window.outside, [], 'requests left the machine');
  });
});
