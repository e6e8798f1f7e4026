/** Small tokenizers of unusual make (prefixes, suffixes, bytes, limits, ids that the file has wrong) on random Unicode: equal to the Rust library. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadTokenizer } from '../../../model/text/index.ts';
import { difference } from './oracle.ts';
import { trained } from './packed.ts';

const all = trained();
const wordsOf = ({ tokenizer }: (typeof all)[number]) => {
  const { vocab: _, merges: __, ...model } = tokenizer.model;
  return JSON.stringify({ ...tokenizer, model }).replaceAll(/"precompiled_charsmap":"[^"]*"/g, '"…"');
};

describe('tokenizers of unusual make', () => {
  it('are of every kind of model, with every setting that a model has', () => {
    const text = all.map(wordsOf).join('\n');
    const settings = [
      ...['BPE', 'WordPiece', 'Unigram', 'WordLevel', 'UnicodeScripts'].map((type) => `"type":"${type}"`),
      ...['"continuing_subword_prefix":"@@"', '"end_of_word_suffix":"</w>"', '"end_of_word_suffix":"_"', '"continuing_subword_prefix":""'],
      ...['"byte_fallback":true', '"ignore_merges":true', '"fuse_unk":true', '"unk_token":null', '"dropout":0', '"max_length":8'],
    ];
    for (const setting of settings) assert.ok(text.includes(setting), setting);
    assert.ok(all.reduce((sum, { rows }) => sum + rows.length, 0) > 250);
  });

  it('give the library’s ids, tokens, ranges, masks, word numbers and type ids', () => {
    for (const one of all) {
      const tokenizer = loadTokenizer(one.tokenizer);
      for (const row of one.rows) {
        const encoding = tokenizer.encode(row.text, row.pair, { specials: row.specials });
        assert.equal(difference(encoding, row), null, wordsOf(one));
        assert.deepEqual(encoding.typeIds, row.type_ids, wordsOf(one));
      }
    }
  });

  it('are decoded as the library decodes them', () => {
    let compared = 0;
    for (const one of all.filter((each) => !each.renamesTokens)) {
      const tokenizer = loadTokenizer(one.tokenizer);
      for (const row of one.rows) {
        assert.equal(tokenizer.decode(row.ids), row.decoded, wordsOf(one));
        assert.equal(tokenizer.decode(row.ids, { skipSpecial: true }), row.skipped, wordsOf(one));
        assert.equal(tokenizer.decode(row.random_ids), row.random_decoded, wordsOf(one));
        compared++;
      }
    }
    assert.ok(compared > 50, `only ${compared} compared`);
  });
});
