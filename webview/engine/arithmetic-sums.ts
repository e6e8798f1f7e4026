/** Long sums: a row times a column of weights or of another matrix, a patch times a kernel. */
import { attributeOf, intOf } from '../../model/onnx/attributes.ts';
import type { onnx } from '../../model/onnx/proto.js';
import { readAttributes } from '../../model/ops/attributes.ts';
import { covered, windowsOf } from '../../model/ops/reference/window.ts';
import type { Arithmetic } from '../../model/protocol/walk.ts';
import { sizeOf, type Tensor } from '../../model/tensor.ts';
import { dotProduct, patchSum } from '../../model/walk/arithmetic.ts';
import { broadcastPlace, type Cells } from '../../model/walk/cells.ts';
import { no, nodesOf, numberOf, type Question } from './question.ts';
import { weightsInto } from './stored.ts';

const PACKED = 'This matrix is stored in a packed form: its numbers are not shown one by one.';

export async function ofLinear(question: Question): Promise<Arithmetic> {
  const { cells, step, at } = question;
  const [node, added] = nodesOf(question);
  if (!isProduct(node!)) throw no(PACKED);
  const turns = !cells.isContent(node!.input[0]!);
  const width = (await cells.tensor(node!.output[0]!)).shape.at(-1) ?? 1;
  const stored = turns || step.weight === null ? null : await weightsInto(question, node!, step.weight, at % width);
  const x = await operand(cells, node!, turns ? 1 : 0, at);
  const weights = stored?.length === x.length ? stored : await operand(cells, node!, turns ? 0 : 1, at);
  return dotProduct(numberOf(question), [x, weights], ['x', 'W'], await biasOf(question, node!, added));
}

export async function ofProduct(question: Question): Promise<Arithmetic> {
  const { cells, step, at } = question;
  const [node] = nodesOf(question);
  if (!isProduct(node!)) throw no(PACKED);
  const [a, b] = [await operand(cells, node!, 0, at), await operand(cells, node!, 1, at)];
  const names = { products: ['q', 'k'], context: ['a', 'v'] } as const;
  const named = step.role === 'products' || step.role === 'context' ? names[step.role] : (['x', 'y'] as const);
  return dotProduct(numberOf(question), [a, b], named, null);
}

const isProduct = (node: onnx.NodeProto): boolean =>
  node.opType === 'MatMul' || (node.opType === 'Gemm' && ['alpha', 'beta'].every((name) => (attributeOf(node, name)?.f ?? 1) === 1));

/** The row (n = 0) of the first operand or the column (n = 1) of the second that a number of a product is made with. */
async function operand(cells: Cells, node: onnx.NodeProto, n: 0 | 1, at: number): Promise<Float64Array> {
  const [{ shape, data }, out] = [await cells.tensor(node.input[n]!), await cells.tensor(node.output[0]!)];
  if (shape.length < 2 || out.shape.length < shape.length) throw no('A vector is multiplied here: its terms are not shown one by one.');
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const [M, N] = [out.shape.at(-2)!, out.shape.at(-1)!];
  const batch = broadcastPlace(shape.slice(0, -2), out.shape.slice(0, -2), Math.floor(at / (M * N)));
  const turned = node.opType === 'Gemm' && intOf(node, n === 0 ? 'transA' : 'transB', 0) === 1;
  const alongRow = (n === 0) !== turned;
  const line = n === 0 ? Math.floor(at / N) % M : at % N;
  const start = batch * rows * columns + (alongRow ? line * columns : line);
  return Float64Array.from({ length: alongRow ? columns : rows }, (_, i) => Number(data[start + i * (alongRow ? 1 : columns)]));
}

async function biasOf({ cells, at }: Question, node: onnx.NodeProto, added: onnx.NodeProto | undefined): Promise<number | null> {
  const name = added ? added.input.find((input) => input !== node.output[0])! : node.opType === 'Gemm' ? node.input[2] : '';
  if (!name) return null;
  const { shape } = await cells.tensor((added ?? node).output[0]!);
  const bias = await cells.tensor(name);
  return Number(bias.data[broadcastPlace(bias.shape, shape, at)]);
}

/** The numbers that the window covers, channel by channel, times the kernel. */
export async function ofConvolution(question: Question): Promise<Arithmetic> {
  const { cells, at } = question;
  const [node, added] = nodesOf(question);
  const [x, kernel, out] = await Promise.all([node!.input[0]!, node!.input[1]!, node!.output[0]!].map((name) => cells.tensor(name)));
  const windows = sizeOf(out!.shape.slice(2));
  const [window, filter] = [at % windows, Math.floor(at / windows) % out!.shape[1]!];
  const text = Math.floor(at / (windows * out!.shape[1]!));
  const group = Math.floor(filter / (out!.shape[1]! / intOf(node!, 'group', 1)));
  const terms = termsOf(node!, x!, kernel!, { text, window, filter, firstChannel: group * kernel!.shape[1]! });
  const bias = node!.input[2] ? Number((await cells.tensor(node!.input[2])).data[filter]) : await biasOf(question, node!, added);
  return patchSum(numberOf(question), terms, bias);
}

interface Where {
  readonly text: number;
  readonly window: number;
  readonly filter: number;
  readonly firstChannel: number;
}

function termsOf(node: onnx.NodeProto, x: Tensor, kernel: Tensor, { text, window, filter, firstChannel }: Where) {
  const [spatial, reach] = [x.shape.slice(2), kernel.shape.slice(2)];
  const [pixels, places, channels] = [sizeOf(spatial), sizeOf(reach), kernel.shape[1]!];
  const attributes = readAttributes(node, () => {
    throw no(PACKED);
  });
  const call = { op: 'Conv', domain: '', opset: 1, attributes, outputs: 1, name: node.name, body: () => () => [] };
  const map = covered(spatial, windowsOf(call, spatial, reach));
  return Array.from({ length: channels * places }, (_, i) => {
    const [channel, place] = [Math.floor(i / places), i % places];
    const at = map[window * places + place]!;
    const from = (text * x.shape[1]! + firstChannel + channel) * pixels;
    return {
      channel: firstChannel + channel,
      place: at < 0 ? [] : spatial.map((_, axis) => Math.floor(at / sizeOf(spatial.slice(axis + 1))) % spatial[axis]!),
      x: at < 0 ? 0 : Number(x.data[from + at]),
      weight: Number(kernel.data[filter * channels * places + i]),
    };
  });
}
