/** Writes model/text/unicode/classes.ts from unicode-classes.json: `node test/data/tokenizers/make/classes.mjs`. */
import { readFileSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const sets = JSON.parse(readFileSync(new URL('../unicode-classes.json', here), 'utf8'));
const DOCS = {
  bert_removed: ['BERT_REMOVED', 'What BertNormalizer removes as control characters: the full set.'],
  bert_mark: ['BERT_MARK', 'What BertNormalizer strips as accents: the full set.'],
  strip_accents: ['STRIPPED_ACCENTS', 'What StripAccents removes: the full set.'],
  punctuation: ['PUNCTUATION', 'Punctuation of BertPreTokenizer and Punctuation: the full set.'],
  inert: ['INERT', 'Newer than the library’s normalization tables: they neither decompose nor compose nor change places there.'],
  newer: ['NEWER', 'Newer than the library’s regular expressions: no class there knows them.'],
};
let out = `/**
 * Character sets of the Rust library where it differs from an engine's Unicode tables: first and last code point of each run, in a row.
 * Made from test/data/tokenizers/unicode-classes.json (measured on the library, release 0.23) by make/classes.mjs beside it.
 */
`;
for (const [key, [name, doc]] of Object.entries(DOCS)) {
  const rows = [];
  for (let i = 0; i < sets[key].length; i += 8) rows.push(`  ${sets[key].slice(i, i + 8).flat().join(', ')},`);
  out += `\n/** ${doc} */\n// biome-ignore format: a table\nexport const ${name}: readonly number[] = [\n${rows.join('\n')}\n];\n`;
}
writeFileSync(new URL('../../../../model/text/unicode/classes.ts', here), out);
