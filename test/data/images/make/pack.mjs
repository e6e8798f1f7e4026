/** Compresses standard input: `python pillow.py | node pack.mjs pillow` writes ../pillow.json.br. */
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const name = process.argv[2];
if (name === undefined) throw new Error('usage: … | node pack.mjs NAME');
writeFileSync(
  new URL(`../${name}.json.br`, import.meta.url),
  brotliCompressSync(readFileSync(0), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
);
