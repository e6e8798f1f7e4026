/** What keeping q, k and thumbnails costs a run of 512 tokens. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { MINI, randomModel } from './random-model.ts';

export const probeBench: Bench = {
  name: 'probe-overhead-512',
  unit: '',
  limit: 1.05,
  async measure({ cache, task }) {
    const file = join(await randomModel(MINI, cache), 'model.onnx');
    const { bareMs, probedMs } = await task('probe-overhead', { file, tokens: 512, vocabulary: MINI.vocabulary, rounds: 9 });
    const detail = `${digits(probedMs!)} ms for ${digits(bareMs!)} ms, 6 × 12 heads, CPU, best of 9 in turn`;
    return { value: probedMs! / bareMs!, against: 'the same run without probes', detail };
  },
};
