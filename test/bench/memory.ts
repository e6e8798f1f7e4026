/** Whether the memory that probes add to a run grows with the square of its length. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { MINI, randomModel } from './random-model.ts';

const LENGTHS = [512, 768, 1024, 1280, 1536, 1792, 2048] as const;
const MB = 2 ** 20;

/** a of the parabola a·x² + b·x + c that lies closest to the points (least squares, by orthogonal polynomials). */
function curvature(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const dot = (u: readonly number[], v: readonly number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  const linear = x.map((value) => value - mean(x));
  const squares = linear.map((value) => value * value);
  const slope = dot(squares, linear) / dot(linear, linear);
  const square = squares.map((value, i) => value - mean(squares) - slope * linear[i]!);
  return dot(square, y) / dot(square, square);
}

export const memoryBench: Bench = {
  name: 'memory-growth',
  unit: 'bytes/token²',
  // Keeping all weights would be 6 layers × 12 heads × 4 bytes = 288. The heap grows in steps of up to a fifth, which can feign a tenth of that.
  limit: 29,
  async measure({ cache, task }) {
    const file = join(await randomModel(MINI, cache), 'model.onnx');
    const extra: number[] = [];
    for (const tokens of LENGTHS) {
      const params = { file, tokens, vocabulary: MINI.vocabulary };
      const bare = await task('memory', { ...params, keeping: 'bare' });
      const probed = await task('memory', { ...params, keeping: 'vectors' });
      extra.push(probed.bytes! - bare.bytes!);
    }
    const detail = `${LENGTHS.map((tokens, i) => `${digits(extra[i]! / MB)} MB at ${tokens}`).join(', ')}, 6 × 12 heads, CPU`;
    return { value: curvature(LENGTHS, extra), against: 'the same run without probes', detail };
  },
};
