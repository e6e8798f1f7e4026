/** Compresses what combinations.py or trained.py prints into ../NAME.json.br: `node pack-combinations.mjs [NAME]`, by default combinations. */
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
writeFileSync(new URL(`../${process.argv[2] ?? 'combinations'}.json.br`, import.meta.url), brotliCompressSync(readFileSync(0), { params }));
