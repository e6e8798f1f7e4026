/** What keeping q, k and thumbnails costs a run of 512 tokens. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { MINI, randomModel } from './random-model.ts';

const ROUNDS = 24;

export const probeBench: Bench = {
  name: 'probe-overhead-512',
  unit: '',
  limit: 1.05,
  async measure({ cache, task }) {
    const file = join(await randomModel(MINI, cache), 'model.onnx');
    const params = { file, tokens: 512, vocabulary: MINI.vocabulary, rounds: ROUNDS };
    const { bareMs, probedMs, ratio } = await task('probe-overhead', params);
    const detail = `${digits(probedMs!)} ms for ${digits(bareMs!)} ms, 6 × 12 heads, CPU, median of ${ROUNDS} pairs`;
    return { value: ratio!, against: 'the same run without probes', detail };
  },
};
