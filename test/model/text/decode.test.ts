import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeTokens, loadTokenizer } from '../../../model/text/index.ts';

const tokenizerOf = (model: string) => {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../../media/models/${model}/${name}`, import.meta.url), 'utf8'));
  return loadTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
};

for (const model of ['headlight-gpt', 'headlight-translator']) {
  test(`${model}: decoded tokens have the ranges that the text's own tokens have`, () => {
    const tokenizer = tokenizerOf(model);
    const text = 'the black cat sleeps on the chair';
    const { tokens } = tokenizer.encode(text);
    const decoded = decodeTokens(
      tokenizer,
      tokens.map(({ id }) => id),
    );
    assert.equal(decoded.text.trim(), text);
    const words = (list: readonly { start: number; end: number }[], of: string) =>
      list.map(({ start, end }) => of.slice(start, end).trim());
    assert.deepEqual(words(decoded.tokens, decoded.text), words(tokens, text));
  });
}

test('a continuation begins where the text before it ends', () => {
  const tokenizer = tokenizerOf('headlight-gpt');
  const ids = tokenizer.encode('The keys to the cabinet are on the table.').tokens.map(({ id }) => id);
  const { text, tokens } = decodeTokens(tokenizer, ids.slice(4), ids.slice(0, 4));
  assert.equal(tokenizer.decode(ids.slice(0, 4)) + text, 'The keys to the cabinet are on the table.');
  assert.equal(tokens[0]!.start, 0);
  assert.equal(tokens.at(-1)!.end, text.length);
});

test('a character of several tokens belongs to the last of them', () => {
  const tokenizer = tokenizerOf('headlight-gpt');
  const ids = tokenizer.encode('a 漢 b').tokens.map(({ id }) => id);
  const { text, tokens } = decodeTokens(tokenizer, ids);
  assert.equal(text, 'a 漢 b');
  const owners = tokens.filter(({ start, end }) => text.slice(start, end).includes('漢'));
  assert.equal(owners.length, 1);
  assert.equal(tokens.map(({ start, end }) => text.slice(start, end)).join(''), text);
});
