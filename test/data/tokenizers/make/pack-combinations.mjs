/** Compresses what combinations.py prints into ../combinations.json.br. */
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
writeFileSync(new URL('../combinations.json.br', import.meta.url), brotliCompressSync(readFileSync(0), { params }));
