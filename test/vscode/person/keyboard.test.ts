/**
 * The whole panel without a mouse: from the text into it, through the heads, the cells, every tab and the export menu, and back to the text. At every
 * step the focus is somewhere and is seen, and what a screen reader gets to say is what Hugging Face computed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { fixture, Goldens } from '../../model/goldens.ts';
import { type Focus, Window } from './window.ts';

const LIMIT = { timeout: 480_000 };
const LONG = { timeout: 120_000 };
const golden = Goldens.read(fixture('goldens', 'headlight-gpt.safetensors'));
const ARE = 6;
const WORDS = ['The', 'key', 's', 'to', 'the', 'cabinet', 'are', 'on', 'the', 'table', '.'];

/** Weight of the built-in GPT on its second golden text; layer and head count from 1. */
function weight(layer: number, head: number, query: number, key: number): number {
  const { data, shape } = golden.get(`1/attention/${layer - 1}`);
  const T = shape[1]!;
  return Number(data[((head - 1) * T + query) * T + key]);
}

/** `head 1 of layer 3: are attends 54 % to key`, as a screen reader says a head. */
function headSays(layer: number, head: number): string {
  const row = WORDS.map((_, key) => weight(layer, head, ARE, key));
  const top = row.indexOf(Math.max(...row));
  return `head ${head} of layer ${layer}: are attends ${Math.round(row[top]! * 100)} % to ${WORDS[top]}`;
}

describe('the panel by keyboard alone', () => {
  let window: Window;
  let panel: Frame;
  before(async () => {
    window = await Window.open({ name: 'keyboard', settings: { 'headlight.device': 'wasm' } });
    await window.openFile('sentences.txt');
    await window.selectLine(2);
    await press('Control+Alt+A');
    panel = await window.panel(LONG.timeout);
    await window.goTo(2, 26);
    await window.page.locator('.statusbar-item[id*="headlight"]', { hasText: 'L3·H1 ↔ are' }).first().waitFor(LONG);
  }, LIMIT);
  after(() => window?.close());

  const press = (key: string) => window.page.keyboard.press(key);
  /** Waits until the focus in the panel is as wanted; fails with what it is. */
  async function focusIs(what: string, wanted: (focus: Focus) => boolean): Promise<Focus> {
    let last: Focus | null = null;
    for (const end = Date.now() + 60_000; Date.now() < end; await window.page.waitForTimeout(100)) {
      last = await window.focusIn(panel);
      if (last && wanted(last)) {
        assert.ok(last.seen, `the focus cannot be seen: ${JSON.stringify(last)}; see ${await window.picture('keyboard-unseen')}`);
        return last;
      }
    }
    assert.fail(`the focus is not on ${what}: ${JSON.stringify(last)}; see ${await window.picture('keyboard-lost')}`);
  }
  const says = (what: string, role: string, words: string | RegExp) =>
    focusIs(`${what} that says ${words}`, (f) => f.role === role && (typeof words === 'string' ? f.says === words : words.test(f.says)));

  test('a key leads from the text into the grid of heads, which says the chosen head', LIMIT, async () => {
    await press('Control+Alt+P');
    const focus = await says('the grid of heads', 'listbox', headSays(3, 1));
    assert.match(focus.name, /^Heads\. Arrow keys walk, Enter opens/);
    await window.picture('keyboard-heads');
  });

  test('arrow keys walk the heads; each says where the query looks', LIMIT, async () => {
    await press('ArrowDown');
    await says('layer 4', 'listbox', headSays(4, 1));
    await press('ArrowRight');
    await says('head 2', 'listbox', headSays(4, 2));
    await press('ArrowLeft');
    await press('ArrowUp');
    await says('the first head again', 'listbox', headSays(3, 1));
    await window.page.locator('.statusbar-item[id*="headlight"]', { hasText: 'L3·H1 ↔ are' }).first().waitFor(LONG);
  });

  test('Enter opens the head: its cells say query, key and weight, row and column', LIMIT, async () => {
    await press('Enter');
    const cell = (query: number, key: number) => {
      const exact = weight(3, 1, query, key);
      const words = new RegExp(`^${WORDS[query]!.replace('.', '\\.')} attends (\\d+|<1) % to ${WORDS[key]} \\((0\\.\\d+)\\)$`);
      return focusIs(`the cell ${query}, ${key}`, (f) => {
        const found = words.exec(f.says);
        return f.role === 'grid' && found !== null && Math.abs(Number(found[2]) - exact) <= 1e-5;
      });
    };
    await press('Home');
    const focus = await cell(ARE, 0);
    assert.match(focus.name, /rows ask \(query\), columns answer \(key\)\. Arrow keys move/);
    await press('ArrowRight');
    await cell(ARE, 1);
    await press('ArrowDown');
    await cell(ARE + 1, 1);
    assert.deepEqual(
      await panel.evaluate(() => {
        const at = document.querySelector('#chosen-cell')!;
        return [at.closest('[role=row]')!.getAttribute('aria-rowindex'), at.getAttribute('aria-colindex')];
      }),
      ['8', '2'],
    );
    await press('ArrowUp');
    await cell(ARE, 1);
    await press('t');
    await focusIs('the table', (f) => f.says.includes('Rows ask (query), columns answer (key)'));
    await press('t');
    await cell(ARE, 1);
  });

  /** What each tab has for the keyboard, and what it says there after a key. */
  const TABS: readonly (readonly [id: string, place: string, key: string, says: RegExp])[] = [
    ['lines', '[role=listbox]', 'ArrowDown', /^head 1 of layer 3: on attends \d+ % to \w+$/],
    ['text', '[role=application]', 'ArrowLeft', /^head 1 of layer 3: are attends \d+ % to \w+$/],
    ['neurons', '[role=listbox]', 'ArrowDown', /^\S+: q·k -?\d.*weight [\d.e-]+$/],
    ['metrics', '.metrics-table tbody button', 'Enter', /^L\d+·H\d+$/],
    ['positions', '[role=application], [role=grid], [role=listbox]', 'ArrowRight', /\d/],
    ['walk', '.walk-hands', 'ArrowRight', /\d/],
    ['predict', '.strip', 'ArrowRight', /./],
    ['compare', '.compare-maps', 'ArrowRight', /first -?0?\.?\d.*second .*difference/],
  ];

  for (const [id, place, key, words] of TABS) {
    test(`the tab ${id} by arrow keys: something to walk through, and words for where one stands`, LIMIT, async () => {
      await window.tabTo(panel, 'vscode-panel-tab[aria-selected=true]', 'Shift+Tab');
      await press('ArrowRight');
      await panel.locator(`#tab-${id}[aria-selected=true]`).waitFor(LONG);
      await focusIs(`the tab ${id}`, (f) => f.role === 'tab' && f.says.toLowerCase() === id);
      await panel.locator(`.current :is(${place})`).first().waitFor(LONG);
      await window.tabTo(panel, `.current :is(${place})`);
      await press(key);
      const focus = await focusIs(`words in ${id}`, (f) => words.test(f.says));
      console.log(`      ${id}: ${focus.role} “${focus.name.slice(0, 60)}” says “${focus.says.slice(0, 90)}”`);
      await window.picture(`keyboard-${id}`);
    });
  }

  test('the details of the row are buttons that say key and weight', LIMIT, async () => {
    await window.tabTo(panel, '.details .top button');
    const focus = await focusIs('the first key', (f) => f.role === 'button');
    assert.match(focus.says, /^\S+\s*0\.\d+$/);
  });

  test('the export menu opens, is walked through and closed by Escape; the focus comes back to its button', LIMIT, async () => {
    await window.tabTo(panel, '.header button[title=Export]', 'Shift+Tab');
    await press('Enter');
    await panel.locator('.card:popover-open vscode-button').first().waitFor(LONG);
    await window.tabTo(panel, '.card:popover-open vscode-button');
    await focusIs('a format', (f) => /SVG/.test(f.says));
    await press('Escape');
    await focusIs('the button', (f) => f.name === 'Export');
    assert.equal(await panel.locator('.card:popover-open').count(), 0);
  });

  test('nothing left the machine', () => {
    assert.deepEqual(window.outside, []);
  });
});
