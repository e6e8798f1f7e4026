/** How long the TypeScript reference takes for the demonstration GPT (4 layers, D = 128) at 128 tokens, weights read from the disk. */
import { join } from 'node:path';
import { makeFeeds, planFeeds } from '../../model/onnx/feeds.ts';
import { Graph } from '../../model/onnx/graph.ts';
import { readSkeleton } from '../../model/onnx/skeleton.ts';
import { ReferenceModel } from '../../model/ops/evaluate.ts';
import { diskFolder } from '../model/safetensors/folder.ts';
import { type Bench, digits, median } from './bench.ts';

const TOKENS = 128;
const RUNS = 5;

/** Ids spread over the vocabulary, the same every time. */
function spreadIds(vocabulary: number): number[] {
  return Array.from({ length: TOKENS }, (_, n) => (n * 31 + 7) % vocabulary);
}

export const reference128: Bench = {
  name: 'reference-128-ms',
  unit: 'ms',
  limit: 1000,
  async measure({ root }) {
    const folder = diskFolder(join(root, 'media/models/headlight-gpt'));
    const skeleton = await readSkeleton(folder, 'onnx/model.onnx');
    const { feeds } = makeFeeds(planFeeds(new Graph(skeleton.graph), null), { ids: spreadIds(2048) });
    const model = new ReferenceModel(skeleton, folder);
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const start = performance.now();
      await model.run(feeds);
      times.push(performance.now() - start);
    }
    const warm = times.slice(1);
    const detail = `4 layers, D = 128, ${TOKENS} tokens, median of ${RUNS} (first ${digits(times[0]!)}, worst ${digits(Math.max(...warm))})`;
    return { value: median(warm), against: null, detail };
  },
};
