/** The heads that the demonstration GPT is known for (media/models/headlight-gpt/README.md) are on top of their metrics' ranking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '../../../model/metrics/index.ts';
import { makeFeeds, planFeeds } from '../../../model/onnx/feeds.ts';
import { Graph } from '../../../model/onnx/graph.ts';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { ReferenceModel } from '../../../model/ops/evaluate.ts';
import { diskFolder } from '../safetensors/folder.ts';

const GPT = new URL('../../../media/models/headlight-gpt/', import.meta.url).pathname;
const PERIOD = 25;
const VOCABULARY = 2048;

/** Tokens without sense, said twice: only what stood before can tell what comes next. */
function repeatedIds(seed: number): number[] {
  const once = Array.from({ length: PERIOD }, (_, n) => 1 + ((seed * 7919 + n * n * 613 + n * 131) % (VOCABULARY - 1)));
  return [...once, ...once];
}

/** `layer.head` by falling mean score over some texts. */
async function ranking(id: string): Promise<{ head: string; score: number }[]> {
  const metric = metrics.find((m) => m.id === id)!;
  const folder = diskFolder(GPT);
  const skeleton = await readSkeleton(folder, 'onnx/model.onnx');
  const model = new ReferenceModel(skeleton, folder);
  const softmaxes = skeleton.graph.node.filter(({ opType }) => opType === 'Softmax').map(({ output }) => output[0]!);
  const scores = new Map<string, number>();
  for (let seed = 1; seed <= 4; seed++) {
    const ids = repeatedIds(seed);
    const T = ids.length;
    const { feeds } = makeFeeds(planFeeds(new Graph(skeleton.graph), null), { ids });
    const maps = await model.run(feeds, { values: softmaxes, outputs: false });
    softmaxes.forEach((name, l) => {
      const { data, shape } = maps.get(name)!;
      for (let h = 0; h < shape[1]!; h++) {
        const weights = (data as Float32Array).subarray(h * T * T, (h + 1) * T * T);
        const score = metric.perHead(weights, T, T, { keyIds: ids, special: ids.map(() => false) });
        scores.set(`${l}.${h}`, (scores.get(`${l}.${h}`) ?? 0) + score / 4);
      }
    });
  }
  return [...scores].map(([head, score]) => ({ head, score })).sort((a, b) => b.score - a.score);
}

// The README's best two by other texts; scores of the induction heads lie close together.
for (const [id, heads, within, least] of [
  ['induction', ['3.0'], 1, 0.85],
  ['induction', ['3.0', '1.1'], 3, 0.8],
  ['previous-token', ['0.1'], 1, 0.25],
  ['duplicate-token', ['2.2', '1.3'], 2, 0.04],
] as const) {
  test(`${id}: ${heads.join(' and ')} among the first ${within}`, async () => {
    const ranked = await ranking(id);
    const top = ranked.slice(0, within);
    for (const head of heads)
      assert.ok(
        top.some((one) => one.head === head && one.score >= least),
        JSON.stringify(ranked.slice(0, 5)),
      );
  });
}
