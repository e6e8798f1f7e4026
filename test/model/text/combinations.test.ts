/** Pipelines that no family has, on random Unicode, and decoding: equal to the Rust library. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadTokenizer } from '../../../model/text/index.ts';
import { difference } from './oracle.ts';
import { combinations } from './packed.ts';

const all = combinations();
const describeParts = ({ tokenizer }: (typeof all)[number]) => {
  const { normalizer, pre_tokenizer, post_processor } = tokenizer;
  return JSON.stringify({ normalizer, pre_tokenizer, post_processor }).replaceAll(/"precompiled_charsmap":"[^"]*"/g, '"…"');
};

describe('random pipelines', () => {
  it('are many, with all kinds of components', () => {
    assert.equal(all.length, 140);
    assert.ok(all.reduce((sum, c) => sum + c.rows.length, 0) > 1200);
    const text = all.map(describeParts).join('');
    const kinds =
      'BertNormalizer NFC NFD NFKC NFKD Lowercase StripAccents Strip Prepend Nmt Precompiled ByteLevel Replace BertPreTokenizer Metaspace Whitespace';
    const more =
      'WhitespaceSplit Punctuation Digits Split CharDelimiterSplit FixedLength BertProcessing RobertaProcessing TemplateProcessing Sequence';
    for (const kind of `${kinds} ${more}`.split(' ')) assert.ok(text.includes(`"type":"${kind}"`), kind);
  });

  it('give the library’s ids, tokens, ranges, masks, word numbers and type ids', () => {
    for (const combination of all) {
      const tokenizer = loadTokenizer(combination.tokenizer);
      for (const row of combination.rows) {
        const encoding = tokenizer.encode(row.text, row.pair, { specials: row.specials });
        assert.equal(difference(encoding, row), null, `${combination.name}: ${describeParts(combination)}`);
        assert.deepEqual(encoding.typeIds, row.type_ids, combination.name);
      }
    }
  });

  it('are decoded as the library decodes them, right ids and random ones', () => {
    let compared = 0;
    for (const combination of all.filter((c) => !c.renamesTokens)) {
      const tokenizer = loadTokenizer(combination.tokenizer);
      for (const row of combination.rows) {
        const where = `${combination.name}: ${JSON.stringify(combination.tokenizer.decoder)} of ${JSON.stringify(row.tokens)}`;
        assert.equal(tokenizer.decode(row.ids), row.decoded, where);
        assert.equal(tokenizer.decode(row.ids, { skipSpecial: true }), row.skipped, where);
        assert.equal(tokenizer.decode(row.random_ids), row.random_decoded, where);
        compared++;
      }
    }
    assert.ok(compared > 400, `only ${compared} compared`);
  });
});
