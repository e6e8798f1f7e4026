/** Runs ONNX models in tests: onnxruntime-web on the CPU. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { HeadlightError } from '../../../model/errors.ts';
import { filesOf } from '../../../model/onnx/files-of.ts';
import type { onnx } from '../../../model/onnx/proto.js';
import { halfBits } from '../../../model/onnx/tensors.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import { type DType, type Tensor, tensor } from '../../../model/tensor.ts';
import { fromHalf } from '../goldens.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'fatal';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Runs a file as it is, its external data too. */
export async function runFile(root: string, path: string, feeds: Tensors, external: readonly string[] = []): Promise<Map<string, Tensor>> {
  return run(new Uint8Array(readFileSync(join(root, path))), externalData(join(root, path, '..'), external), feeds);
}

/** Runs a skeleton, with the files that its weights lie in. */
export async function runModel(root: string, model: onnx.ModelProto, feeds: Tensors): Promise<Map<string, Tensor>> {
  return run(writeModel(model), externalData(root, filesOf(model)), feeds);
}

function externalData(root: string, paths: readonly string[]): { path: string; data: Uint8Array }[] {
  return paths.map((path) => ({ path, data: new Uint8Array(readFileSync(join(root, path))) }));
}

async function run(bytes: Uint8Array, external: { path: string; data: Uint8Array }[], feeds: Tensors): Promise<Map<string, Tensor>> {
  const session = await ort.InferenceSession.create(bytes, { externalData: external, logSeverityLevel: 4 });
  try {
    const values = Object.entries(feeds).map(([name, value]): [string, ort.Tensor] => [name, toOrt(value)]);
    const outputs = await session.run(Object.fromEntries(values));
    return new Map(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)]));
  } finally {
    await session.release();
  }
}

function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  if (dtype === 'float16') return new ort.Tensor('float16', Uint16Array.from(data as Float32Array, halfBits), shape);
  return new ort.Tensor(dtype as 'float32', data as Float32Array, shape);
}

function fromOrt({ type, dims, data }: ort.Tensor): Tensor {
  if (type === 'string') throw new HeadlightError('unsupported', 'Tests compare no strings.');
  if (type !== 'float16') return tensor(type as DType, dims, data as Float32Array);
  const bits = new Uint16Array((data as Uint16Array).buffer, (data as Uint16Array).byteOffset, data.length);
  return tensor('float16', dims, Float32Array.from(bits, fromHalf));
}
