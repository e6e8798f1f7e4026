/** Single rows and columns of stored matrices, and small constants, read for one number's arithmetic. */
import { HeadlightError } from '../../model/errors.ts';
import { intOf } from '../../model/onnx/attributes.ts';
import { onnx } from '../../model/onnx/proto.js';
import { isExternal, readTensor, shapeOf } from '../../model/onnx/tensors.ts';
import { ReferenceModel } from '../../model/ops/evaluate.ts';
import type { ModelFolder } from '../../model/source.ts';
import { sizeOf } from '../../model/tensor.ts';
import { pieceModel, pieceOf } from '../../model/walk/extract.ts';
import type { WalkPlan } from '../../model/walk/plan.ts';

/** A matrix that must be read whole for one of its columns has at most so many numbers. */
const MOST_NUMBERS = 2 ** 24;

interface Whole {
  readonly model: onnx.ModelProto;
  readonly plan: WalkPlan;
  readonly folder: ModelFolder;
}

/** A constant of the graph, computed where it is more than stored. */
export async function constantOf({ model, plan, folder }: Whole, name: string): Promise<Float64Array> {
  const piece = pieceOf(plan, 0, [name]);
  const reference = new ReferenceModel({ model: pieceModel(model, plan, piece, [name], new Map()) }, folder);
  const values = await reference.run({}, { values: [name], outputs: false });
  return Float64Array.from(values.get(name)!.data as Float32Array, Number);
}

/**
 * The weights that make one number of a linear layer's output.
 * @returns null where the matrix is packed, or not simply stored
 */
export async function weightsInto(whole: Whole, node: onnx.NodeProto, name: string, column: number): Promise<Float64Array | null> {
  let turned = node.opType === 'Gemm' && intOf(node, 'transB', 0) === 1;
  let value = name;
  for (let from = whole.plan.graph.producer(value); from; from = whole.plan.graph.producer(value)) {
    if (!['Transpose', 'Cast', 'Identity'].includes(from.opType)) return null;
    if (from.opType === 'Transpose') turned = !turned;
    value = from.input[0]!;
  }
  const proto = whole.plan.graph.initializer(value);
  const shape = proto ? shapeOf(proto) : [];
  if (!proto || shape.length !== 2 || !['MatMul', 'Gemm'].includes(node.opType)) return null;
  return turned ? rowOf(whole.folder, proto, shape, column) : columnOf(whole.folder, proto, shape, column);
}

/** One row of a stored matrix: only its bytes are read. */
export async function rowOf(
  folder: ModelFolder,
  proto: onnx.TensorProto,
  [rows = 1, columns = 1]: readonly number[],
  row: number,
): Promise<Float64Array> {
  const one = isExternal(proto) ? sliceOf(proto, rows, row) : proto;
  const { data } = await readTensor(folder, one);
  const start = one === proto ? row * columns : 0;
  return Float64Array.from({ length: columns }, (_, i) => Number(data[start + i]));
}

function sliceOf(proto: onnx.TensorProto, rows: number, row: number): onnx.TensorProto {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const bytes = Number(entries.get('length')) / rows;
  entries.set('offset', String(Number(entries.get('offset') ?? 0) + row * bytes)).set('length', String(bytes));
  const externalData = [...entries].map(([key, value]) => onnx.StringStringEntryProto.create({ key, value: value! }));
  return onnx.TensorProto.create({ ...proto, dims: proto.dims.slice(1), externalData });
}

async function columnOf(folder: ModelFolder, proto: onnx.TensorProto, shape: readonly number[], column: number): Promise<Float64Array> {
  if (sizeOf(shape) > MOST_NUMBERS) throw new HeadlightError('unsupported', 'The matrix is too large to be read for a single number.');
  const { data } = await readTensor(folder, proto);
  const [rows = 1, columns = 1] = shape;
  return Float64Array.from({ length: rows }, (_, i) => Number(data[i * columns + column]));
}
