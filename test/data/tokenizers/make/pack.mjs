/**
 * Packs a folder written by make.py and variants.py into the fixtures beside this folder: `node pack.mjs FOLDER`.
 *
 * `texts.json.br` has the texts once, `maps.json.br` the character maps once; `<family>.json.br` has tokenizer.json, tokenizer_config.json and the oracle:
 * a line is [text, ids, offsets (start and end in a row, each less the one before), word ids, special mask, sequence ids or null, other token strings],
 * the last being those that are not the vocabulary's own for their id: [index, string].
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const source = process.argv[2];
if (source === undefined) throw new Error('usage: node pack.mjs FOLDER');
const target = new URL('..', import.meta.url);
const texts = [];
const textAt = new Map();
const maps = [];

function write(name, value) {
  const bytes = Buffer.from(JSON.stringify(value));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(new URL(`${name}.json.br`, target), brotliCompressSync(bytes, { params }));
}

function textIndex(text, pair) {
  const key = JSON.stringify([text, pair]);
  if (!textAt.has(key)) {
    textAt.set(key, texts.length);
    texts.push(pair === undefined ? [text] : [text, pair]);
  }
  return textAt.get(key);
}

function withoutMaps(value) {
  if (Array.isArray(value)) return value.map(withoutMaps);
  if (value === null || typeof value !== 'object') return value;
  const out = {};
  for (const [key, v] of Object.entries(value)) {
    if (key !== 'precompiled_charsmap' || typeof v !== 'string') out[key] = withoutMaps(v);
    else {
      if (!maps.includes(v)) maps.push(v);
      out[key] = { map: maps.indexOf(v) };
    }
  }
  return out;
}

function pieces({ model, added_tokens: added }) {
  const out = new Map(Array.isArray(model.vocab) ? model.vocab.map(([p], i) => [i, p]) : Object.entries(model.vocab).map(([p, i]) => [i, p]));
  for (const token of added) out.set(token.id, token.content);
  return out;
}

function line(row, known) {
  let last = 0;
  const offsets = row.offsets_utf16.flat().map((at) => {
    const step = at - last;
    last = at;
    return step;
  });
  const other = row.tokens.flatMap((token, i) => (known.get(row.ids[i]) === token ? [] : [[i, token]]));
  return [textIndex(row.text, row.pair), row.ids, offsets, row.word_ids, row.special_mask.join(''), row.sequence_ids ?? null, other];
}

for (const family of readdirSync(source).sort()) {
  const folder = join(source, family);
  if (!existsSync(join(folder, 'oracle.jsonl'))) continue;
  const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const tokenizer = read('tokenizer.json');
  const known = pieces(tokenizer);
  const rows = readFileSync(join(folder, 'oracle.jsonl'), 'utf8').trim().split('\n').map((l) => line(JSON.parse(l), known));
  write(family, { tokenizer: withoutMaps(tokenizer), config: read('tokenizer_config.json'), rows });
}
write('texts', texts);
write('maps', maps);
