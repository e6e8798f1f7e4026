/** Whether the memory that probes add to a run grows with the square of its length. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { MINI, randomModel } from './random-model.ts';

const LENGTHS = [512, 1024, 2048] as const;
const MB = 2 ** 20;

/** The square term of the parabola through three points (Newton's divided differences). */
function curvature(lengths: readonly [number, number, number], values: readonly [number, number, number]): number {
  const slope = (i: 0 | 1) => (values[i + 1]! - values[i]) / (lengths[i + 1]! - lengths[i]);
  return (slope(1) - slope(0)) / (lengths[2] - lengths[0]);
}

export const memoryBench: Bench = {
  name: 'memory-growth',
  unit: 'bytes/token²',
  // Keeping all weights would be 6 layers × 12 heads × 4 bytes = 288. One byte is what the steps in which the heap grows can feign.
  limit: 1,
  async measure({ cache, task }) {
    const file = join(await randomModel(MINI, cache), 'model.onnx');
    const extra: number[] = [];
    for (const tokens of LENGTHS) {
      const params = { file, tokens, vocabulary: MINI.vocabulary };
      const bare = await task('memory', { ...params, keeping: 'bare' });
      const probed = await task('memory', { ...params, keeping: 'vectors' });
      extra.push(probed.peakMb! - bare.peakMb!);
    }
    const value = curvature(LENGTHS, extra.map((mb) => mb * MB) as [number, number, number]);
    const detail = `${LENGTHS.map((tokens, i) => `${digits(extra[i]!)} MB at ${tokens}`).join(', ')}, 6 × 12 heads, CPU`;
    return { value, against: 'the same run without probes', detail };
  },
};
