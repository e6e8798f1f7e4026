/** 1,024 tokens of source code with their exact ranges. */
import { join } from 'node:path';
import type { Bench } from './bench.ts';

export const alignBench: Bench = {
  name: 'align-1024-ms',
  unit: 'ms',
  limit: 20,
  async measure({ root, task }) {
    const params = {
      folder: join(root, 'media/models/headlight-gpt'),
      file: join(root, 'media/samples/code.py'),
      tokens: 1024,
      rounds: 15,
    };
    const { ms, tokens } = await task('align', params);
    return { value: ms!, against: null, detail: `${tokens} tokens, byte-level BPE, median of 15` };
  },
};
