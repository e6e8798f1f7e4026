/** Continuing a text with attention kept at every step. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';

const START = 32;
const STEPS = 64;

const params = (root: string) => ({ folder: join(root, 'media/models/headlight-gpt/model.safetensors'), tokens: START, vocabulary: 2048 });

export const generateBench: Bench = {
  name: 'tokens-per-second-ratio',
  unit: '',
  limit: 0.9,
  more: true,
  async measure({ root, task }) {
    const { ratio, bareMs, engineMs, runMs } = await task('generate', { ...params(root), steps: STEPS, rounds: 9 });
    const rate = (ms: number) => `${digits((1000 * STEPS) / ms)} tokens/s`;
    const run = `the run that every step’s attention is read from takes ${digits(runMs!)} ms once more`;
    const detail = `${rate(engineMs!)} for ${rate(bareMs!)}, ${STEPS} steps from ${START} tokens with the cache, the built-in GPT, CPU; ${run}`;
    return { value: ratio!, against: 'the same steps in a bare session with the cache', detail };
  },
};

export const firstTokenBench: Bench = {
  name: 'first-token-ms',
  unit: 'ms',
  limit: null,
  async measure({ root, task }) {
    const { firstMs, openedMs } = await task('first-token', params(root));
    const detail = `after ${START} tokens, the built-in GPT loaded, CPU; ${digits(openedMs!)} ms with opening and loading`;
    return { value: firstMs!, against: null, detail };
  },
};
