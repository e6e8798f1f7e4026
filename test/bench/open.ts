/** Opening a 346 MB graph until its first answer: by its skeleton, against the plain way of onnxruntime-web. */
import { join } from 'node:path';
import { type Bench, digits, type Measures, type Tools } from './bench.ts';
import { BASE, randomModel } from './random-model.ts';

const ROUNDS = 5;

interface Both {
  readonly plain: readonly Measures[];
  readonly skeleton: readonly Measures[];
}

let measured: Promise<Both> | null = null;

/** Time and memory come from the same processes. */
function both(tools: Tools): Promise<Both> {
  measured ??= measure(tools);
  return measured;
}

async function measure({ cache, task }: Tools): Promise<Both> {
  const file = join(await randomModel(BASE, cache), 'model.onnx');
  const params = { file, tokens: 8, vocabulary: BASE.vocabulary };
  const plain: Measures[] = [];
  const skeleton: Measures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await task('open-plain', params));
    skeleton.push(await task('open-skeleton', params));
  }
  return { plain, skeleton };
}

function compare(name: string, unit: string, { plain, skeleton }: Both) {
  const [before, now] = [Math.min(...plain.map((one) => one[name]!)), Math.min(...skeleton.map((one) => one[name]!))];
  return {
    value: now / before,
    against: 'plain onnxruntime-web',
    detail: `${digits(now)} ${unit} for ${digits(before)} ${unit}, 346 MB, CPU, best of ${ROUNDS}`,
  };
}

export const openMemoryBench: Bench = {
  name: 'open-memory-ratio',
  unit: '',
  limit: 0.7,
  measure: async (tools) => compare('peakMb', 'MB', await both(tools)),
};
