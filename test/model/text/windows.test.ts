import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadTokenizer, windowAt, windowsOf } from '../../../model/text/index.ts';
import { family } from './packed.ts';

const bert = loadTokenizer(family('bert-uncased').tokenizer);
const text = Array.from({ length: 60 }, (_, i) => `The lighthouse keeper counted ${i} ships.`).join(' ');
const whole = bert.encode(text);

describe('windows over a long text', () => {
  const windows = windowsOf(whole, 64, 16);

  it('fit the model and keep its special tokens at the ends', () => {
    assert.ok(windows.length > 5);
    for (const { tokens, typeIds } of windows) {
      assert.ok(tokens.length <= 64 && typeIds.length === tokens.length);
      assert.deepEqual([tokens[0]!.piece, tokens.at(-1)!.piece], ['[CLS]', '[SEP]']);
    }
  });
  it('hold every token, the neighbours about the overlap in common', () => {
    assert.equal(windows[0]!.from, 1);
    assert.equal(windows.at(-1)!.to, whole.tokens.length - 1);
    for (const [i, window] of windows.slice(1).entries()) {
      const shared = windows[i]!.to - window.from;
      assert.ok(shared >= 16 && shared <= 32, `${shared} shared`);
    }
  });
  it('begin and end between words', () => {
    for (const { from, to } of windows) {
      assert.notEqual(whole.tokens[from]!.word, whole.tokens[from - 1]!.word);
      assert.notEqual(whole.tokens[to]!.word, whole.tokens[to - 1]!.word);
    }
  });
  it('say where they stand in the text', () => {
    for (const { start, end } of windows.slice(0, -1)) assert.match(text.slice(start, end), /^\S.*\S$/);
    assert.equal(windows.at(-1)!.end, text.length);
  });
  it('the one around a place has it in the middle', () => {
    const at = Math.floor(text.length / 2);
    const window = windowAt(windows, at)!;
    assert.ok(window.start < at && at < window.end);
    for (const other of windows) assert.ok(Math.abs((window.start + window.end) / 2 - at) <= Math.abs((other.start + other.end) / 2 - at));
    assert.equal(windowAt([], 0), undefined);
  });
  it('a text that fits is one window', () => {
    const short = bert.encode('a b');
    assert.deepEqual(
      windowsOf(short, 64, 16).map((w) => w.tokens),
      [short.tokens],
    );
  });
  it('a word longer than the model is cut', () => {
    const gpt2 = loadTokenizer(family('gpt2').tokenizer);
    const long = gpt2.encode('x'.repeat(500));
    const parts = windowsOf(long, 10, 3);
    assert.equal(parts.at(-1)!.to, long.tokens.length);
    for (const part of parts) assert.ok(part.tokens.length <= 10 && part.to > part.from);
  });
  it('two texts that do not fit, and a limit without room, are refused', () => {
    assert.throws(() => windowsOf(bert.encode(text, text), 64, 16), { code: 'too-long' });
    assert.throws(() => windowsOf(whole, 2, 0), { code: 'too-long' });
  });
});
