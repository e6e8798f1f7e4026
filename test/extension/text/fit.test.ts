import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Encoded, fitText, neighbour, type Part, partOf } from '../../../extension/text/fit.ts';
import { joined } from '../../../extension/text/source.ts';
import type { Token } from '../../../model/protocol/panel.ts';

/** [CLS] words [SEP] (words [SEP]), ranges of a pair's second text counting in it, as the real tokenizers do. */
async function encode(text: string, pair: string | null): Promise<Encoded> {
  const special = (segment: 0 | 1): Token => ({ id: 0, piece: '[S]', start: 0, end: 0, special: true, word: null, segment });
  const words = (part: string, segment: 0 | 1): Token[] =>
    [...part.matchAll(/\S+/g)].map((m, word) => ({
      id: 1,
      piece: m[0],
      start: m.index,
      end: m.index + m[0].length,
      special: false,
      word,
      segment,
    }));
  const tokens = [special(0), ...words(text, 0), special(0), ...(pair === null ? [] : [...words(pair, 1), special(1)])];
  return { tokens, typeIds: tokens.map(({ segment }) => segment) };
}

const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line} has five words`).join('\n');
const source = (text: string, cursor: number) => joined('file:///a.txt', [{ start: 100, text }], cursor + 100, 'the whole file');

describe('a text and the length that a model reads', () => {
  test('what fits is not touched', async () => {
    const { source: part, notice, encoded } = await fitText(source('The keys', 0), 4, 'm', encode);
    assert.equal(part.text, 'The keys');
    assert.equal(notice, null);
    assert.equal(encoded.tokens.length, 4);
  });

  test('the beginning is kept while the cursor is in it, special tokens counted', async () => {
    const text = lines(40);
    const { source: part, encoded, notice } = await fitText(source(text, 10), 12, 'tiny', encode);
    assert.equal(encoded.tokens.length, 12);
    assert.equal(part.text, text.slice(0, part.text.length));
    assert.equal(part.text.trim().split(/\s+/).length, 10);
    assert.equal(notice, 'The text has 202 tokens; tiny reads 12: the beginning is shown.');
  });

  test('further down the part holds the cursor, begins with a line and keeps its place in the document', async () => {
    const text = lines(40);
    const cursor = text.indexOf('line 30') + 7;
    const { source: part, notice } = await fitText(source(text, cursor), 22, 'tiny', encode);
    const start = text.indexOf(part.text);
    assert.ok(start > 0 && text[start - 1] === '\n');
    assert.ok(start <= cursor && cursor <= start + part.text.length);
    assert.deepEqual(part.pieces, [{ textStart: 0, start: 100 + start, length: part.text.length }]);
    assert.match(notice ?? '', /^The text has 202 tokens; tiny reads 22: lines 2\d to 3\d of it are shown\.$/);
  });

  test('which part it is, also in a text that repeats itself', async () => {
    const line = 'the same five words again\n';
    const { notice, source: part } = await fitText(source(line.repeat(40), line.length * 30 + 3), 17, 'tiny', encode);
    assert.match(notice ?? '', /: lines 29 to 31 of it are shown\.$/);
    assert.equal(part.pieces[0]?.start, 100 + line.length * 28);
  });

  test('a far cursor in one endless line', async () => {
    const text = '🙂 '.repeat(100_000);
    const { source: part, encoded } = await fitText(source(text, 250_000), 20, 'm', encode);
    assert.equal(encoded.tokens.length, 20);
    const at = part.pieces[0]!.start - 100;
    assert.ok(at <= 250_000 && at + part.text.length >= 250_000 - 3, `${at}`);
    assert.doesNotMatch(part.text, /^[\udc00-\udfff]/);
  });

  test('a text far beyond the model is not encoded whole', async () => {
    const text = lines(50_000);
    let longest = 0;
    const watch = (one: string, pair: string | null) => {
      longest = Math.max(longest, one.length);
      return encode(one, pair);
    };
    const cursor = text.indexOf('line 40000 ');
    const { source: part, encoded } = await fitText(source(text, cursor), 32, 'm', watch);
    assert.ok(longest <= 50_000 && text.length > 1_000_000, `${longest} characters were encoded at once`);
    assert.ok(encoded.tokens.length <= 32);
    assert.ok(part.text.includes('line 40000 '));
  });

  test('one line without any break is cut at a token', async () => {
    const text = 'word '.repeat(500);
    const { encoded } = await fitText(source(text, text.length), 20, 'm', encode);
    assert.equal(encoded.tokens.length, 20);
  });

  test('without text there is a sentence', async () => {
    await assert.rejects(fitText(source(' \n\t', 0), 10, 'm', encode), { code: 'empty' });
  });
});

describe('parts that follow each other', () => {
  const walk = async (text: string, limit: number, way: 'next' | 'previous', from: Part) => {
    const parts: { readonly start: number; readonly end: number }[] = [];
    let part = from;
    for (let n = 0; n < 400; n++) {
      const fitted = await fitText(source(text, 0), limit, 'm', encode, part);
      assert.ok(fitted.encoded.tokens.length <= limit);
      const shown = fitted.shown!;
      assert.equal(fitted.source.text, text.slice(shown.start, shown.end));
      parts.push(shown);
      const { first, last } = partOf(text, shown, 'cursor');
      if (way === 'next' ? last : first) return parts;
      part = neighbour(way, text, shown, fitted.encoded.tokens);
    }
    return assert.fail('the walk does not end');
  };
  const texts = {
    'short lines': lines(60),
    'one endless line': 'word '.repeat(400),
    'characters of two units': '🙂🙂 '.repeat(300),
    'long lines of all lengths': Array.from({ length: 12 }, (_, n) => 'word '.repeat(1 + n * 7)).join('\n'),
    'a text that is not encoded whole': lines(2_200),
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`forward and back, every character is read and neighbours overlap: ${name}`, async () => {
      const limit = name.includes('not encoded') ? 900 : 40;
      const forward = await walk(text, limit, 'next', 'beginning');
      assert.ok(forward.length > 3);
      for (const [n, part] of forward.entries()) {
        const before = forward[n - 1];
        assert.ok(before ? part.start < before.end && part.start > before.start : part.start === 0, `part ${n + 1}`);
      }
      assert.equal(text.slice(forward.at(-1)!.end).trim(), '');
      const back = await walk(text, limit, 'previous', { start: forward.at(-1)!.start });
      for (const [n, part] of back.entries()) {
        const behind = back[n - 1];
        if (behind) assert.ok(part.end > behind.start && part.start < behind.start, `part ${n + 1} from the end`);
      }
      assert.equal(back.at(-1)?.start, 0);
    });
  }

  test('a part begins with a line where one begins in what neighbours share', async () => {
    const text = lines(60);
    for (const { start } of await walk(text, 40, 'next', 'beginning')) assert.ok(start === 0 || text[start - 1] === '\n');
  });

  test('the beginning, whatever the cursor does', async () => {
    const { shown } = await fitText(source(lines(40), 600), 12, 'm', encode, 'beginning');
    assert.equal(shown?.start, 0);
  });
});

describe('a pair', () => {
  const pair = (first: string, second: string) =>
    joined(
      'file:///a.txt',
      [
        { start: 0, text: first },
        { start: 50, text: second },
      ],
      0,
      'the pair',
      true,
    );

  test('ranges of the second text count in the joined text', async () => {
    const { source: part, encoded } = await fitText(pair('A man eats.', 'He sleeps.'), 20, 'm', encode);
    const words = encoded.tokens.filter(({ special }) => !special).map(({ start, end }) => part.text.slice(start, end));
    assert.deepEqual(words, ['A', 'man', 'eats.', 'He', 'sleeps.']);
    assert.deepEqual(encoded.typeIds, [0, 0, 0, 0, 0, 1, 1, 1]);
  });

  test('too long: the end of the second text goes, and it is said', async () => {
    const { encoded, notice, source: part } = await fitText(pair('one two', 'three four five six'), 7, 'm', encode);
    assert.equal(encoded.tokens.length, 7);
    assert.equal(part.text, 'one two\nthree four');
    assert.match(notice ?? '', /the end of the second is left out/);
  });

  test('a first text that fills the model alone is refused', async () => {
    await assert.rejects(fitText(pair('one two three four', 'five'), 5, 'm', encode), { code: 'too-long' });
  });
});
