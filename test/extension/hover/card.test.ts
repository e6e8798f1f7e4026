import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { barUri } from '../../../extension/hover/bars.ts';
import { commandLink, escapeMarkdown, plainCard, type RunCard, runCard, shortWeight } from '../../../extension/hover/card.ts';
import { nameOf } from '../../../extension/text/lookup.ts';
import type { Token } from '../../../model/protocol/panel.ts';

const text = 'The keys are | <b>x</b> [a](command:evil) here now';
const words = [...text.matchAll(/\S+/g)].map((m) => ({ at: m.index, word: m[0] }));
const tokens: Token[] = words.map(({ at, word }, index) => ({
  id: 100 + index,
  piece: word,
  start: at,
  end: at + word.length,
  special: false,
  word: index,
  segment: 0,
}));

const card = (more: Partial<RunCard> = {}): RunCard => ({
  text,
  tokens,
  members: [2],
  query: 2,
  kind: 'self',
  layer: 2,
  head: 0,
  weights: Float32Array.of(0.1, 0.52, 0.05, 0.2, 0.03, 0.06, 0.0399, 0.0001),
  names: tokens.map((token) => nameOf(text, token)),
  group: null,
  stale: false,
  pinned: false,
  ...more,
});

describe('the card of a word that was run', () => {
  test('says tokens, the top five with exact weights, the rest as a sum, and the head as people count', () => {
    const lines = runCard(card()).split('\n');
    assert.equal(lines[0], '**are** · 1 token: are (102)');
    const rows = lines.filter((line) => /^\| .*data:image/.test(line));
    assert.equal(rows.length, 5);
    assert.match(rows[0]!, /^\| keys \| !\[0\.520\]\(data:image\/svg\+xml;base64,[\w+/=]+\) \| 0\.520 \|$/);
    const rest = lines.find((line) => line.includes('more'));
    assert.match(rest ?? '', /3 more\* \| \| 0\.070 \|/);
    assert.match(lines.at(-1) ?? '', /^layer 3 · head 1 · \[open in panel\]\(command:headlight\.openInPanel\?%5B2%5D\)/);
  });

  test('the weights that it names and the rest add up to the row', () => {
    const row = card().weights!;
    const numbers = [...runCard(card()).matchAll(/\| (?:!\[[^\]]*\]\([^)]*\) )?\| ([\d.e-]+) \|/g)].map((m) => Number(m[1]));
    const sum = row.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(numbers.reduce((a, b) => a + b, 0) - sum) < 0.003);
  });

  test('nothing from a file is Markdown, HTML or a link', () => {
    const hostile = runCard(card({ members: [3, 4, 5], query: 4, weights: Float32Array.of(0, 0, 0, 0.3, 0.4, 0.3, 0, 0) }));
    assert.ok(!hostile.includes('<b>'));
    assert.ok(!hostile.includes('command:evil'));
    const commands = [...hostile.matchAll(/\]\(command:([\w.]+)/g)].map((m) => m[1]);
    assert.deepEqual(commands, ['headlight.openInPanel', 'headlight.nextHead', 'headlight.pin']);
    for (const line of hostile.split('\n').filter((l) => l.includes('data:image'))) assert.equal(line.split('|').length, 5, line);
  });

  test('a changed text says so, and how to mend it', () => {
    assert.match(runCard(card({ stale: true })), /changed.*\[run again\]\(command:headlight\.rerun\)/);
    assert.match(runCard(card({ pinned: true })), /\[unpin\]/);
    assert.match(runCard(card({ kind: 'encoder' })), /encoder · layer 3 · head 1/);
  });
});

test('the card of a word that was not run says how the active model reads it', () => {
  const place = { document: 'file:///a b.txt', line: 3 };
  const words = plainCard({
    model: 'headlight-bert',
    text: 'unhappy',
    tokens: [
      { ...tokens[0]!, piece: 'un', start: 0, end: 2 },
      { ...tokens[1]!, piece: '##happy', start: 2, end: 7 },
    ],
    place,
  });
  assert.match(words, /^\*\*unhappy\*\* · 2 tokens: un \(100\) &#35;&#35;happy \(101\)\n/);
  const link = /command:headlight\.visualizeAttention\?([^)]*)\)/.exec(words)?.[1] ?? '';
  assert.deepEqual(JSON.parse(decodeURIComponent(link)), [place]);
});

test('escaping leaves letters of every script and turns signs and control characters into harmless ones', () => {
  assert.equal(escapeMarkdown('größe 鍵 🙂'), 'größe 鍵 🙂');
  assert.equal(escapeMarkdown('a\nb\tc\u0007'), 'a↵b⇥cU+0007');
  assert.doesNotMatch(escapeMarkdown('`*_{}[]()#+-.!|<>~$&:@'), /[`*_{}[\]()+.!|<>~$:@-]/);
});

test('numbers on show are never zero for something', () => {
  assert.deepEqual([0, 1, 0.52, 0.00012345, 1e-9].map(shortWeight), ['0', '1.000', '0.520', '0.000123', '1.00e-9']);
});

test('a bar is as long as its weight', () => {
  const width = (weight: number) =>
    Number(
      /rx="1.5" fill="#fff"\/>/.test(svg(weight))
        ? /<rect width="([\d.]+)" height="8" rx="1.5" fill="#fff"\/>/.exec(svg(weight))![1]
        : 'NaN',
    );
  const svg = (weight: number) => atob(barUri(weight, '#fff').split(',')[1]!);
  assert.equal(width(1), 96);
  assert.equal(width(0.25), 24);
  assert.equal(width(0), 0);
});

test('arguments of a link survive every character', () => {
  const link = commandLink('x', 'headlight.pin', 'a)b(c"%');
  assert.deepEqual(JSON.parse(decodeURIComponent(/\?([^)]*)\)/.exec(link)![1]!)), ['a)b(c"%']);
});
