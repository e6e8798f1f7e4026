/** What opening a 346 MB graph takes of memory until its first answer: by its skeleton, against the plain way of onnxruntime-web. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { BASE, randomModel } from './random-model.ts';

const ROUNDS = 5;

export const openMemoryBench: Bench = {
  name: 'open-memory-ratio',
  unit: '',
  limit: 0.7,
  async measure({ cache, task }) {
    const params = { file: join(await randomModel(BASE, cache), 'model.onnx'), tokens: 8, vocabulary: BASE.vocabulary };
    const plain: number[] = [];
    const skeleton: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      plain.push((await task('open-plain', params)).peakMb!);
      skeleton.push((await task('open-skeleton', params)).peakMb!);
    }
    const [before, now] = [Math.min(...plain), Math.min(...skeleton)];
    const detail = `${digits(now)} MB for ${digits(before)} MB, 346 MB, CPU, best of ${ROUNDS}`;
    return { value: now / before, against: 'plain onnxruntime-web', detail };
  },
};
