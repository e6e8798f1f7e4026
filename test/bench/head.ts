/** One head's weights, computed from the kept q and k when somebody looks. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { MINI, randomModel } from './random-model.ts';

export const headBench: Bench = {
  name: 'head-on-demand-1024-ms',
  unit: 'ms',
  limit: 25,
  async measure({ cache, task }) {
    const file = join(await randomModel(MINI, cache), 'model.onnx');
    const { ms, slowestMs, heads } = await task('head-on-demand', { file, tokens: 1024, vocabulary: MINI.vocabulary });
    return { value: ms!, against: null, detail: `median of ${heads} heads, slowest ${digits(slowestMs!)} ms, d 32, CPU` };
  },
};
