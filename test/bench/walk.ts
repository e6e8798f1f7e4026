/** A layer of the walk, opened for the first time after the run: the promise is a second for 12 layers of width 768 at 128 tokens. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';
import { BASE, randomModel } from './random-model.ts';

const TOKENS = 128;
const MB = 2 ** 20;

export const walkBench: Bench = {
  name: 'walk-open-ms',
  unit: 'ms',
  limit: 1000,
  async measure({ cache, task }) {
    const file = join(await randomModel(BASE, cache), 'model.onnx');
    const { slowestMs, ms, layers, planMs, againMs, heldBytes } = await task('walk-open', {
      file,
      tokens: TOKENS,
      vocabulary: BASE.vocabulary,
    });
    const times = `slowest of ${layers} layers, median ${digits(ms!)} ms, plan ${digits(planMs!)} ms, another head ${digits(againMs!)} ms`;
    return {
      value: slowestMs! + planMs!,
      against: null,
      detail: `${times}; ${digits(heldBytes! / MB)} MB held in the end, ${TOKENS} tokens, CPU`,
    };
  },
};
