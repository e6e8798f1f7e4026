import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Graphemes, loadTokenizer, paintedRanges, tokensAt, tokensIn } from '../../../model/text/index.ts';
import { family } from './packed.ts';
import { randomText, seeded } from './random.ts';

const bert = loadTokenizer(family('bert-uncased').tokenizer);
const gpt2 = loadTokenizer(family('gpt2').tokenizer);
const qwen = loadTokenizer(family('qwen2').tokenizer);

describe('tokens at a place', () => {
  const { tokens } = bert.encode('the  fog', 'the door');
  const pieces = (indices: readonly number[]) => indices.map((i) => tokens[i]!.piece);
  it('the one that holds the character', () => assert.deepEqual(pieces(tokensAt(tokens, 6)), ['fog']));
  it('the one before a gap', () => assert.deepEqual(pieces(tokensAt(tokens, 4)), ['the']));
  it('the last at the end of the text', () => assert.deepEqual(pieces(tokensAt(tokens, 8)), ['fog']));
  it('in the second text', () => assert.deepEqual(pieces(tokensAt(tokens, 5, 1)), ['do']));
  it('the first before all', () => {
    const spaced = bert.encode('   fog').tokens;
    assert.deepEqual(
      tokensAt(spaced, 0).map((i) => spaced[i]!.piece),
      ['fog'],
    );
  });
  it('all that share a character', () => {
    const bytes = gpt2.encode('\u{1f9ff}').tokens;
    assert.equal(tokensAt(bytes, 1).length, bytes.length);
    assert.ok(bytes.length > 1);
  });
  it('nothing in an empty text', () => assert.deepEqual(tokensAt(bert.encode('').tokens, 0), []));
  it('all of a selection, and of a caret', () => {
    assert.deepEqual(pieces(tokensIn(tokens, { start: 2, end: 6 })), ['the', 'fog']);
    assert.deepEqual(pieces(tokensIn(tokens, { start: 6, end: 6 })), ['fog']);
    assert.deepEqual(pieces(tokensIn(tokens, { start: 3, end: 5 })), ['the']);
  });
});

describe('ranges for the eye', () => {
  it('are whole graphemes', () => {
    const family = 'a👩‍👩‍👧e\u0301';
    const graphemes = new Graphemes(family);
    assert.deepEqual(graphemes.widen({ start: 3, end: 4 }), { start: 1, end: 9 });
    assert.deepEqual(graphemes.widen({ start: 9, end: 10 }), { start: 9, end: 11 });
    assert.deepEqual(graphemes.widen({ start: 4, end: 4 }), { start: 4, end: 4 });
  });
  it('take a swallowed accent and a removed space along', () => {
    const text = 'e\u0301 e';
    const { tokens } = qwen.encode(text);
    assert.equal(paintedRanges(text, tokens)[0]!.start, 0);
    const spaced = bert.encode('the   fog').tokens;
    assert.deepEqual(paintedRanges('the   fog', spaced)[1], { start: 0, end: 6 });
  });
  it('leave no hole after the first token, for any text', () => {
    const random = seeded(11);
    for (let n = 0; n < 100; n++) {
      const text = randomText(random, 30);
      for (const tokenizer of [bert, gpt2, qwen]) {
        const { tokens } = tokenizer.encode(text);
        const ranges = paintedRanges(text, tokens).filter((r) => r.end > r.start);
        let to = ranges[0]?.start ?? text.length;
        for (const range of ranges) {
          assert.ok(range.start <= to, `a hole at ${to} of ${JSON.stringify(text)}`);
          to = Math.max(to, range.end);
        }
        assert.equal(to, text.length, JSON.stringify(text));
      }
    }
  });
});
