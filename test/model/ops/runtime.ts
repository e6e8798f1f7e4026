/** One node in onnxruntime-web and in the reference, on the same inputs: what the standard's cases leave out, and older operator sets. */
import * as ort from 'onnxruntime-web';
import { dataTypeOf } from '../../../model/onnx/dtypes.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { writeModel } from '../../../model/onnx/wire.ts';
import { attributeProto } from '../../../model/ops/attributes.ts';
import { ReferenceModel } from '../../../model/ops/evaluate.ts';
import { tensorOf } from '../../../model/ops/operators/constants.ts';
import type { Attributes } from '../../../model/ops/ops.ts';
import { type DType, sizeOf, type Tensor } from '../../../model/tensor.ts';
import { assertClose, type Tolerance } from '../compare.ts';
import { fileFolder } from './folder.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export interface NodeCase {
  readonly op: string;
  readonly opset: number;
  readonly domain?: string;
  /** null for a left-out input. */
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
}

/** Numbers between −1 and 1 that look random and are the same every time. */
export function wave(shape: readonly number[], seed = 1, scale = 1): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, n) => scale * Math.sin(seed * 12.9898 + n * 78.233) * Math.cos(n * 3.7 + seed));
  return tensorOf(values.map(Math.fround), 'float32', shape);
}

/** Integers in [low, high) spread likewise. */
export function whole(dtype: DType, shape: readonly number[], low: number, high: number, seed = 1): Tensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, n) => low + ((((n * 31 + seed * 17 + n * n * 7) % (high - low)) + (high - low)) % (high - low)),
  );
  return tensorOf(values, dtype, shape);
}

export const ints = (...values: number[]): Tensor => tensorOf(values, 'int64');
export const floats = (...values: number[]): Tensor => tensorOf(values, 'float32');

function valueInfo(name: string, { dtype, shape }: Tensor): onnx.ValueInfoProto {
  const dim = shape.map((dimValue) => onnx.TensorShapeProto.Dimension.create({ dimValue }));
  const tensorType = { elemType: dataTypeOf(dtype), shape: onnx.TensorShapeProto.create({ dim }) };
  return onnx.ValueInfoProto.create({ name, type: onnx.TypeProto.create({ tensorType }) });
}

function modelOf({ op, opset, domain = '', inputs, attributes = {}, outputs = 1 }: NodeCase): Uint8Array {
  const output = Array.from({ length: outputs }, (_, n) => `y${n}`);
  const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
  const node = onnx.NodeProto.create({ opType: op, domain, name: op, input: inputs.map((x, n) => (x ? `x${n}` : '')), output, attribute });
  const graph = onnx.GraphProto.create({
    name: op,
    node: [node],
    input: inputs.flatMap((x, n) => (x ? [valueInfo(`x${n}`, x)] : [])),
    output: output.map((name) => onnx.ValueInfoProto.create({ name })),
  });
  const opsetImport = [onnx.OperatorSetIdProto.create({ domain: '', version: opset })];
  if (domain) opsetImport.push(onnx.OperatorSetIdProto.create({ domain, version: 1 }));
  return writeModel(onnx.ModelProto.create({ irVersion: opset > 21 ? 10 : 8, opsetImport, graph }));
}

/** Runs both. @throws AssertionError where they differ */
export async function compareWithRuntime(item: NodeCase, tolerance: Tolerance): Promise<void> {
  const bytes = modelOf(item);
  const given = item.inputs.flatMap((x, n) => (x ? [[`x${n}`, x] as const] : []));
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled' });
  const feeds = Object.fromEntries(given.map(([name, t]) => [name, new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)]));
  const theirs = await session.run(feeds);
  await session.release();
  const model = await ReferenceModel.read(fileFolder('node.onnx', bytes), 'node.onnx');
  const ours = await model.run(Object.fromEntries(given));
  for (const [name, expected] of Object.entries(theirs)) {
    const actual = ours.get(name)!;
    const what = `${item.op}-${item.opset} ${JSON.stringify(item.attributes ?? {})} ${name}`;
    if (`${actual.dtype}[${actual.shape}]` !== `${expected.type}[${expected.dims}]`) {
      throw new Error(`${what} is ${actual.dtype}[${actual.shape}], expected ${expected.type}[${expected.dims}]`);
    }
    const exact = !expected.type.startsWith('float');
    assertClose(actual.data, expected.data as Float32Array, exact ? { rtol: 0, atol: 0 } : tolerance, what, actual.shape);
  }
}
