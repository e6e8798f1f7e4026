/**
 * Runs an emitted model in onnxruntime-web's wasm build, its weights straight from the checkpoint's files.
 */
import * as ort from 'onnxruntime-web/wasm';
import type { EmittedModel } from '../../../model/architectures/emit.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import type { Checkpoint } from '../../../model/safetensors/checkpoint.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** All outputs and probes of a run, by name. */
export async function runOrt(
  checkpoint: Checkpoint,
  emitted: EmittedModel,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Map<string, Tensor>> {
  const bytes = writeModel(emitted.model);
  const externalData = await Promise.all(
    emitted.files.map(async (path) => {
      const source = checkpoint.folder.open(path);
      return { path, data: await source.read(0, source.size) };
    }),
  );
  const session = await ort.InferenceSession.create(bytes, { externalData, executionProviders: ['wasm'], logSeverityLevel: 3 });
  try {
    return await run(session, inputs);
  } finally {
    await session.release();
  }
}

async function run(session: ort.InferenceSession, inputs: Readonly<Record<string, Tensor>>): Promise<Map<string, Tensor>> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of session.inputNames) feeds[name] = toOrt(inputs[name]!);
  const results = await session.run(feeds);
  return new Map(Object.entries(results).map(([name, value]) => [name, tensor('float32', value.dims, value.data as Float32Array)]));
}

function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  return new ort.Tensor(dtype as 'float32' | 'int64', data as Float32Array | BigInt64Array, [...shape]);
}
