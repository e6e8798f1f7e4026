/** The built-in demonstration models: every output of the reference equals onnxruntime-web's, on inputs longer than those of the goldens. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import { elementType } from '../../../model/onnx/dtypes.ts';
import { declared, Graph } from '../../../model/onnx/graph.ts';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { ReferenceModel } from '../../../model/ops/evaluate.ts';
import { sizeOf, type Tensor } from '../../../model/tensor.ts';
import { assertClose } from '../compare.ts';
import { diskFolder } from '../safetensors/folder.ts';
import { wave, whole } from './runtime.ts';

ort.env.wasm.numThreads = 1;

const MODELS = new URL('../../../media/models/', import.meta.url).pathname;
const TOKENS = 60;
/** Ids below this are in every vocabulary. */
const IDS = 900;

/** Something for every input: ids, a mask with padding at the end, positions, numbers. Free lengths: 2 examples, then tokens. */
function inputsOf(graph: Graph): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map((value) => {
      const { type, shape } = declared(value);
      const lengths = shape!.map((length, axis) => (typeof length === 'number' ? length : axis === 0 ? 2 : TOKENS));
      const dtype = elementType(type)!.dtype!;
      if (dtype === 'float32') return [value.name, wave(lengths)];
      if (value.name.includes('mask')) return [value.name, masked(lengths)];
      if (value.name.includes('position')) return [value.name, positions(lengths)];
      return [value.name, whole(dtype, lengths, value.name.includes('type') ? 0 : 5, value.name.includes('type') ? 2 : IDS)];
    }),
  );
}

function masked(shape: number[]): Tensor {
  const length = shape.at(-1)!;
  const data = BigInt64Array.from({ length: sizeOf(shape) }, (_, n) => (n >= length && n % length >= length - 7 ? 0n : 1n));
  return { dtype: 'int64', shape, data };
}

function positions(shape: number[]): Tensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from({ length: sizeOf(shape) }, (_, n) => BigInt(n % shape.at(-1)!)) };
}

for (const file of [
  'headlight-gpt/onnx/model.onnx',
  'headlight-bert/onnx/model.onnx',
  'headlight-vit/onnx/model.onnx',
  'headlight-translator/onnx/encoder_model.onnx',
  'headlight-translator/onnx/decoder_model.onnx',
]) {
  test(`${file}: reference and onnxruntime-web agree`, async () => {
    const folder = diskFolder(MODELS);
    const skeleton = await readSkeleton(folder, file);
    const inputs = inputsOf(new Graph(skeleton.graph));
    const computed = await new ReferenceModel(skeleton, folder).run(inputs);
    const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(`${MODELS}${file}`)));
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, t]) => [name, new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)]),
    );
    const results = await session.run(feeds);
    assert.deepEqual([...computed.keys()].sort(), Object.keys(results).sort());
    for (const [name, { data, shape }] of computed) {
      const theirs = results[name]!.data as Float32Array;
      const scale = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assertClose(data, theirs, { rtol: 0, atol: 2e-5 * scale }, name, shape);
    }
    await session.release();
  });
}
