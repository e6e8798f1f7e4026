/** The reference implementation on 128 tokens. */
import { join } from 'node:path';
import type { Bench } from './bench.ts';

export const referenceBench: Bench = {
  name: 'reference-128-ms',
  unit: 'ms',
  limit: 2000,
  async measure({ root, task }) {
    const { ms } = await task('reference', { folder: join(root, 'media/models/headlight-gpt'), tokens: 128, vocabulary: 2048 });
    return { value: ms!, against: null, detail: 'the built-in GPT (4 layers, 1.1 M parameters), reading its weights included' };
  },
};
