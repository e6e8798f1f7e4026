/** 1,024 tokens of source code with their exact ranges; beside it the npm package alone (ids without ranges), and one line of 20 kB. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { loadTokenizer } from '../../model/text/index.ts';
import { type Bench, digits, median } from './bench.ts';

const ROUNDS = 15;
const LINE_BYTES = 20_000;

/** Median time of a call, after two that do not count. */
function medianMs(call: () => void): number {
  const times = Array.from({ length: ROUNDS + 2 }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return median(times.slice(2));
}

/** The same text through the package alone, and a long line through ours. */
function beside(folder: string, file: string, tokens: number): { readonly packageMs: number; readonly lineMs: number } {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as object;
  const ours = loadTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  const alone = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  const source = readFileSync(file, 'utf8');
  let text = source;
  while (ours.encode(text).tokens.length < tokens) text += source;
  const exact = text.slice(0, ours.encode(text).tokens[tokens - 1]!.end);
  const line = source
    .replaceAll(/\s+/g, ' ')
    .repeat(Math.ceil(LINE_BYTES / source.length) + 1)
    .slice(0, LINE_BYTES);
  return { packageMs: medianMs(() => void alone.encode(exact)), lineMs: medianMs(() => void ours.encode(line)) };
}

export const alignBench: Bench = {
  name: 'align-1024-ms',
  unit: 'ms',
  limit: 10,
  async measure({ root, task }) {
    const folder = join(root, 'media/models/headlight-gpt');
    const file = join(root, 'media/samples/code.py');
    const { ms, tokens } = await task('align', { folder, file, tokens: 1024, rounds: ROUNDS });
    const { packageMs, lineMs } = beside(folder, file, 1024);
    const detail = `${tokens} tokens, byte-level BPE, median of ${ROUNDS}; a line of 20 kB: ${digits(lineMs)} ms (limit 200)`;
    return { value: ms!, against: `the package without ranges, ${digits(packageMs)} ms`, detail };
  },
};
