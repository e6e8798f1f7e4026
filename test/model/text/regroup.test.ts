import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Token } from '../../../model/protocol/panel.ts';
import { groupTokens, loadTokenizer, regroup, regroupRow, UNITS, type Unit } from '../../../model/text/index.ts';
import { family } from './packed.ts';
import { randomText, seeded } from './random.ts';

const bert = loadTokenizer(family('bert-uncased').tokenizer);
const gpt2 = loadTokenizer(family('gpt2').tokenizer);

function labels(text: string, unit: Unit, tokenizer = gpt2, locale = 'en'): string[] {
  return groupTokens(tokenizer.encode(text).tokens, [text], unit, locale).map((g) => g.label);
}

/** Random rows that sum to 1. */
function weights(T: number, S: number, seed: number): Float32Array {
  const random = seeded(seed);
  const out = new Float32Array(T * S);
  for (let i = 0; i < T; i++) {
    const row = Float64Array.from({ length: S }, () => random() ** 4);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let j = 0; j < S; j++) out[i * S + j] = row[j]! / sum;
  }
  return out;
}

describe('groups of tokens', () => {
  it('words are whole, without the space that a token begins with', () => {
    assert.deepEqual(labels("The lighthouse doesn't answer.", 'word'), ['The', 'lighthouse', "doesn't", 'answer', '.']);
  });
  it('special tokens that nobody typed stay alone', () => {
    assert.deepEqual(labels('lighthouse keeper', 'word', bert), ['[CLS]', 'lighthouse', 'keeper', '[SEP]']);
  });
  it('lines end where they end in an editor', () => {
    assert.deepEqual(labels('a b\r\nc d\n\ne', 'line'), ['a b', 'c d', '\n', 'e']);
  });
  it('sentences', () => assert.deepEqual(labels('One here. Two there! Three?', 'sentence'), ['One here.', 'Two there!', 'Three?']));
  it('Japanese words have no spaces between them', () => {
    assert.deepEqual(labels('東京へ行きました', 'word', gpt2, 'ja').join(''), '東京へ行きました');
    assert.ok(labels('東京へ行きました', 'word', gpt2, 'ja').length > 2);
  });
  it('a pair is grouped text by text', () => {
    const { tokens } = bert.encode('one two', 'two three');
    const groups = groupTokens(tokens, ['one two', 'two three'], 'word', 'en');
    assert.deepEqual(
      groups.map((g) => `${g.segment} ${g.label}`),
      ['0 [CLS]', '0 one', '0 two', '0 [SEP]', '1 two', '1 three', '1 [SEP]'],
    );
  });
  it('a token that straddles words makes them one', () => {
    const token = (start: number, end: number): Token => ({ id: 0, piece: '', start, end, special: false, word: 0, segment: 0 });
    const groups = groupTokens([token(0, 1), token(1, 4), token(4, 7), token(7, 8)], ['aa bb cc'], 'word', 'en');
    assert.deepEqual(
      groups.map((g) => g.tokens),
      [[0, 1, 2, 3]],
    );
  });
  it('every token is in one group, for any text', () => {
    const random = seeded(3);
    for (let n = 0; n < 100; n++) {
      const text = randomText(random, 30);
      for (const unit of UNITS) {
        const { tokens } = (n % 2 === 0 ? gpt2 : bert).encode(text);
        const members = groupTokens(tokens, [text], unit).flatMap((g) => g.tokens);
        assert.deepEqual(
          members.sort((a, b) => a - b),
          tokens.map((_, i) => i),
          `${unit} of ${JSON.stringify(text)}`,
        );
      }
    }
  });
});

describe('regrouped weights', () => {
  const group = (...tokens: number[]) => ({ tokens, start: 0, end: 0, label: '', segment: 0 as const });

  it('sums keys and averages queries', () => {
    const map = Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.25, 0.25);
    const out = regroup(map, [group(0, 1)], [group(0, 2), group(1)]);
    assert.deepEqual(
      Array.from(out, (w) => Math.round(w * 1e6) / 1e6),
      [0.775, 0.225],
    );
  });
  it('keeps the sums of rows', () => {
    const text = 'The lighthouse keeper counted ships. Nobody answered.\nShe does not trust maps.';
    const { tokens } = gpt2.encode(text);
    const map = weights(tokens.length, tokens.length, 5);
    for (const unit of UNITS) {
      const groups = groupTokens(tokens, [text], unit, 'en');
      const out = regroup(map, groups, groups);
      for (let q = 0; q < groups.length; q++) {
        const sum = out.subarray(q * groups.length, (q + 1) * groups.length).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5, `${unit}, row ${q} sums to ${sum}`);
      }
    }
  });
  it('takes queries and keys of different texts', () => {
    const out = regroup(weights(2, 5, 1), [group(0), group(1)], [group(0, 1, 2), group(3, 4)]);
    assert.equal(out.length, 4);
  });
  it('a single row is summed over keys', () => {
    assert.deepEqual([...regroupRow(Float32Array.of(0.5, 0.25, 0.25), [group(1), group(0, 2)])], [0.25, 0.75]);
  });
  it('says so when groups and weights do not fit', () => {
    assert.throws(() => regroup(weights(2, 3, 1), [group(0)], [group(0, 1, 2)]), {
      code: 'shape',
      message: /query groups hold 1 tokens, the weights have 2/,
    });
    assert.throws(() => regroupRow(new Float32Array(2), [group(0)]), { code: 'shape' });
  });
});
