/** Continuing a text with attention kept at every step. */
import { join } from 'node:path';
import { type Bench, digits } from './bench.ts';

const STEPS = 32;

export const generateBench: Bench = {
  name: 'tokens-per-second-ratio',
  unit: '',
  limit: null,
  async measure({ root, task }) {
    const file = join(root, 'media/models/headlight-gpt/onnx/model.onnx');
    const { plainMs, engineMs } = await task('generate', { file, tokens: 32, steps: STEPS, vocabulary: 2048 });
    const rate = (ms: number) => `${digits((1000 * STEPS) / ms)} tokens/s`;
    const detail = `${rate(engineMs!)} for ${rate(plainMs!)}, ${STEPS} steps from 32 tokens, the built-in GPT, CPU`;
    return { value: plainMs! / engineMs!, against: 'the same steps in plain onnxruntime-web', detail };
  },
};
