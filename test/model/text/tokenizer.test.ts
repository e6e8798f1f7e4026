import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { loadTokenizer } from '../../../model/text/index.ts';
import { difference } from './oracle.ts';
import { type Family, family, familyNames, folderFamilies } from './packed.ts';

function check({ name, tokenizer, config, lines }: Family, least = 100): void {
  assert.ok(lines.length >= least, `${name} has only ${lines.length} texts`);
  const loaded = loadTokenizer(tokenizer, config);
  const wrong = lines.map((line) => difference(loaded.encode(line.text, line.pair), line)).filter((d) => d !== null);
  assert.equal(wrong.length, 0, `${name}: ${wrong.length} of ${lines.length} texts differ, the first: ${wrong[0]}`);
}

describe('ids, tokens, ranges, special masks and word numbers equal the Rust library’s', () => {
  const names = familyNames();
  it('has all families', () => assert.equal(names.length, 50));
  for (const name of names) it(name, () => check(family(name)));

  it('notices a wrong id, token, range, mask, word number and count', () => {
    const { tokenizer, lines } = family('gpt2');
    const line = lines[0]!;
    const encoding = loadTokenizer(tokenizer).encode(line.text);
    const last = encoding.tokens.length - 1;
    const changes = [{ id: 0 }, { piece: 'x' }, { start: 0 }, { end: 1e6 }, { special: true }, { word: 99 }];
    for (const change of changes) {
      const tokens = encoding.tokens.map((t, i) => (i === last ? { ...t, ...change } : t));
      assert.notEqual(difference({ ...encoding, tokens }, line), null, JSON.stringify(change));
    }
    assert.notEqual(difference({ ...encoding, tokens: encoding.tokens.slice(1) }, line), null);
  });
});

const full = process.env.HEADLIGHT_TOKENIZERS;
describe('a folder that HEADLIGHT_TOKENIZERS names', { skip: full === undefined }, () => {
  for (const one of full === undefined ? [] : folderFamilies(full)) it(one.name, () => check(one, 1));
});

describe('what cannot be read is refused', () => {
  const { tokenizer } = family('bert-uncased');
  const refusal = (change: object, words: RegExp) => () =>
    assert.throws(
      () => loadTokenizer({ ...(tokenizer as object), ...change }),
      (e) => e instanceof HeadlightError && e.code === 'tokenizer' && words.test(e.message),
    );
  it('names an unknown pre-tokenizer', refusal({ pre_tokenizer: { type: 'Turbo' } }, /pre-tokenizer "Turbo"/));
  it('names an unknown normalizer', refusal({ normalizer: { type: 'Turbo' } }, /normalizer "Turbo"/));
  it('names one inside a sequence', refusal({ normalizer: { type: 'Sequence', normalizers: [{ type: 'Turbo' }] } }, /normalizer "Turbo"/));
  it('names an unknown model', refusal({ model: { type: 'Morph', vocab: {} } }, /model "Morph"/));
  it('names an unknown post-processor', refusal({ post_processor: { type: 'Turbo' } }, /post-processor "Turbo"/));
  it('names an unknown decoder', refusal({ decoder: { type: 'Turbo' } }, /decoder "Turbo"/));
  it('a vocabulary that is none', refusal({ model: { type: 'WordPiece', vocab: [], unk_token: 'a' } }, /vocab is not an object/));
  it('an id that is none', refusal({ model: { type: 'WordPiece', vocab: { a: -1 }, unk_token: 'a' } }, /id of "a"/));
  it('an unknown token outside the vocabulary', refusal({ model: { type: 'WordPiece', vocab: { a: 1 }, unk_token: 'b' } }, /"b"/));
  it('dropout', refusal({ model: { type: 'BPE', vocab: { a: 1 }, merges: [], dropout: 0.1 } }, /dropout of 0.1/));
  it(
    'a pattern that is no pattern',
    refusal({ pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }, /cannot be run here: \(/),
  );
  it('a behaviour that is none', refusal({ pre_tokenizer: { type: 'Punctuation', behavior: 'Eaten' } }, /"Eaten"/));
  it('a map that is none', refusal({ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }, /precompiled_charsmap/));
  it('something that is no object', () => assert.throws(() => loadTokenizer([]), { code: 'tokenizer' }));
});

describe('what else an encoding says', () => {
  it('special tokens and their ids come from the configuration', () => {
    const { tokenizer, config } = family('bert-uncased');
    const { specials, maxLength, specialIds } = loadTokenizer(tokenizer, config);
    assert.deepEqual(specials, { bos: null, eos: null, pad: 0, unk: 1, mask: 4, cls: 2, sep: 3 });
    assert.equal(maxLength, 512);
    assert.deepEqual([...specialIds], [0, 1, 2, 3, 4]);
  });

  it('or, without one, from the file', () => {
    assert.deepEqual(loadTokenizer(family('llama2').tokenizer).specials, {
      bos: 1,
      eos: 2,
      pad: null,
      unk: 0,
      mask: null,
      cls: null,
      sep: null,
    });
  });

  it('leaves special tokens out when asked', () => {
    const tokenizer = loadTokenizer(family('bert-uncased').tokenizer);
    assert.equal(tokenizer.encode('a', 'b').tokens.filter((t) => t.special).length, 3);
    assert.equal(tokenizer.encode('a', 'b', { specials: false }).tokens.length, 2);
  });

  it('numbers segments as texts, and type ids as the model wants them', () => {
    const roberta = loadTokenizer(family('xlm-roberta').tokenizer).encode('a', 'b');
    assert.deepEqual([...new Set(roberta.typeIds)], [0]);
    assert.deepEqual(
      roberta.tokens.filter((t) => !t.special).map((t) => t.segment),
      [0, 1],
    );
    const bert = loadTokenizer(family('bert-uncased').tokenizer).encode('a', 'b');
    assert.deepEqual(bert.typeIds, [0, 0, 0, 1, 1]);
  });

  it('says what vanished, and tells it from what was composed', () => {
    const bert = loadTokenizer(family('bert-uncased').tokenizer);
    assert.deepEqual(bert.encode('e\u0301\u0000 x').normalized, [{ text: 'e x', vanished: [{ start: 1, end: 4 }] }]);
    const qwen = loadTokenizer(family('qwen2').tokenizer);
    assert.deepEqual(qwen.encode('e\u0301\u0000 x').normalized, [{ text: '\u00e9\u0000 x', vanished: [] }]);
  });

  it('gives pieces and ids both ways', () => {
    const bert = loadTokenizer(family('bert-uncased').tokenizer);
    assert.equal(bert.idOf('[CLS]'), 2);
    assert.equal(bert.piece(2), '[CLS]');
    assert.equal(bert.idOf('not a token'), null);
    assert.equal(bert.piece(1e9), '');
    assert.equal(bert.vocabularySize, 1200);
  });
});
