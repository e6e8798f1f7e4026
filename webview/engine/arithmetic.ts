/** How a number of the walk came about: finds what was multiplied and added, in the run's values and in the stored weights. */
import { domainOf, intOf } from '../../model/onnx/attributes.ts';
import type { onnx } from '../../model/onnx/proto.js';
import { shapeOf } from '../../model/onnx/tensors.ts';
import type { Arithmetic } from '../../model/protocol/walk.ts';
import { sizeOf } from '../../model/tensor.ts';
import { dividedByLength, meanOf, normalised, ofFew, softmaxShare } from '../../model/walk/arithmetic.ts';
import { leavesOf, moves } from '../../model/walk/linear-form.ts';
import { categoryOf } from '../../model/walk/operators.ts';
import { ofForm } from './arithmetic-forms.ts';
import { ofConvolution, ofLinear, ofProduct } from './arithmetic-sums.ts';
import { isEndOf, no, nodesOf, numberOf, type Question } from './question.ts';
import { constantOf, rowOf } from './stored.ts';

/** @throws HeadlightError `unsupported` for steps whose arithmetic is not shown, with what can be done */
export async function explain(question: Question): Promise<Arithmetic> {
  const { step } = question;
  switch (step.kind) {
    case 'linear':
      return ofLinear(question);
    case 'convolution':
      return ofConvolution(question);
    case 'product':
      return ofProduct(question);
    case 'softmax':
      return ofSoftmax(question);
    case 'norm':
      return ofNorm(question);
    case 'residual':
    case 'sum':
    case 'gate':
    case 'add':
      return ofTwo(question);
    case 'mask':
      return ofMask(question);
    case 'embedding':
      return ofEmbedding(question);
    default:
      if (nodesOf(question)[0]!.opType === 'LogSoftmax') return ofSoftmax(question);
      return (await ofForm(question)) ?? ofFunction(question);
  }
}

async function ofSoftmax(question: Question): Promise<Arithmetic> {
  const [node] = nodesOf(question);
  const { shape, data } = await question.cells.tensor(node!.input[0]!);
  const { start, step, length } = lineOf(question, node!, shape);
  const scores = Float64Array.from({ length }, (_, i) => Number(data[start + i * step]));
  const share = softmaxShare(numberOf(question), scores, (question.at - start) / step);
  return node!.opType === 'LogSoftmax' ? { ...share, result: Math.log(share.result), formula: `log (${share.formula})` } : share;
}

/** What a softmax shares out among: along its axis; before opset 13 over all axes from it on. */
function lineOf({ model, at }: Question, node: onnx.NodeProto, shape: readonly number[]) {
  const opset = Number(model.opsetImport.find(({ domain }) => domainOf(domain) === '')?.version ?? 13);
  const axis = (intOf(node, 'axis', opset < 13 ? 1 : -1) + shape.length) % shape.length;
  const step = opset < 13 ? 1 : sizeOf(shape.slice(axis + 1));
  const length = opset < 13 ? sizeOf(shape.slice(axis)) : shape[axis]!;
  return { step, length, start: Math.floor(at / (step * length)) * step * length + (at % step) };
}

/** The row of a value that a place lies in. */
function rowAround(data: ArrayLike<number | bigint>, width: number, at: number) {
  const start = at - (at % width);
  return { row: Float64Array.from({ length: width }, (_, i) => Number(data[start + i])), place: at - start };
}

/** What a step computes with first, its last operator and the place of the number in that one's output: moves before and after left out. */
async function beforeMoves(question: Question) {
  const { cells, step } = question;
  let cell = { value: step.id, at: question.at };
  let node = cells.producer(cell.value);
  for (; node && moves(node); node = cells.producer(cell.value)) {
    const from = await cells.origin(node, cell);
    if (!from) throw no('This number was put in: nothing is computed for it.');
    cell = from;
  }
  const first = nodesOf(question).find((one) => !moves(one))!;
  const input = await cells.tensor(first.input.find((name) => cells.isContent(name))!);
  return { input, first, node, shape: (await cells.tensor(cell.value)).shape, at: cell.at };
}

async function ofNorm(question: Question): Promise<Arithmetic> {
  const { step } = question;
  const computing = nodesOf(question).filter((node) => !moves(node));
  if (computing.every(({ opType }) => opType === 'ReduceMean')) return (await ofForm(question)) ?? ofMean(question);
  const { input, first, shape, at } = await beforeMoves(question);
  const isRow = ['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization'].includes(first.opType);
  if (categoryOf(first) === 'norm' && !isRow) throw no(`What ${first.opType} does is not shown number by number.`);
  if (/QuantizeLinear/.test(step.operators))
    throw no('These numbers are rounded to whole numbers on the way: they are not shown one by one.');
  if (input.shape.join() !== shape.join()) throw no('These numbers were put together on the way: they are not shown one by one.');
  const { row: x, place } = rowAround(input.data as Float32Array, shape.at(-1) ?? 1, at);
  if (computing.some(({ opType }) => opType === 'ReduceL2')) return dividedByLength(numberOf(question), x, place);
  const rms = !/(^| )LayerNormalization|Sub/.test(step.operators);
  const epsilon = step.numbers.epsilon ?? 0;
  const gain = (step.weight === null ? 1 : (await constantOf(question, step.weight))[place]!) * (await scaleAfter(question));
  const bias = step.bias === null ? null : (await constantOf(question, step.bias))[place]!;
  return normalised(numberOf(question), x, place, { epsilon, gain, bias, rms });
}

/** The factor that the last operator multiplies a norm with, beside its weights. */
async function scaleAfter({ cells, step }: Question): Promise<number> {
  const node = cells.producer(step.id);
  if (node?.opType !== 'Mul') return 1;
  const factor = node.input.find((name) => !cells.isContent(name));
  const value = factor === undefined || factor === step.weight ? null : await cells.tensor(factor);
  return value?.data.length === 1 ? Number(value.data[0]) : 1;
}

/** The mean over all places. */
async function ofMean(question: Question): Promise<Arithmetic> {
  const { node, at } = await beforeMoves(question);
  const numbers = node?.opType === 'ReduceMean' ? await question.cells.reduced(node, at) : [];
  if (numbers.length === 0) throw no('These numbers were put together on the way: they are not shown one by one.');
  return meanOf(numberOf(question), numbers);
}

/** The graph's own operators on the run's own numbers, in the reference. */
async function ofFunction(question: Question): Promise<Arithmetic> {
  const { cells, step, at } = question;
  const leaves = await leavesOf(cells, { value: step.id, at }, isEndOf(question));
  if (step.kind === 'other') throw no(`${step.operators} is one operator of the graph: the numbers inside it are not shown one by one.`);
  if (!leaves || leaves.length === 0) throw no('This is made of whole rows, not number by number: see the blocks before.');
  const result = Number((await cells.again(step.id)).data[at]);
  const names = ['x', 'y', 'z', 'w'].slice(0, leaves.length);
  if (names.length < leaves.length) throw no('This is made of too many numbers to show them one by one.');
  const numbers = await Promise.all(leaves.map((leaf) => cells.number(leaf)));
  return ofFew(numberOf(question), result, `f(${names.join(', ')}), f = ${step.operators}`, names, numbers);
}

/** The two numbers that an operator puts together. */
async function ofTwo(question: Question): Promise<Arithmetic> {
  const { cells, step, at } = question;
  const node = nodesOf(question).at(-1)!;
  const [a = Number.NaN, b = Number.NaN] = await Promise.all((await cells.operands(node, at)).map((cell) => cells.number(cell)));
  if (node.opType === 'Mul') return ofFew(numberOf(question), a * b, 'a · b', ['a', 'b'], [a, b]);
  const names = step.kind === 'add' ? (cells.isContent(node.input[0]!) ? ['x', 'table'] : ['table', 'x']) : ['a', 'b'];
  if (node.opType === 'Sub') return ofFew(numberOf(question), a - b, names.join(' − '), names, [a, b]);
  if (node.opType !== 'Add') throw no(`What ${node.opType} does is not shown number by number.`);
  return ofFew(numberOf(question), a + b, names.join(' + '), names, [a, b]);
}

async function ofMask(question: Question): Promise<Arithmetic> {
  const { cells, at } = question;
  const node = nodesOf(question).at(-1)!;
  const operands = await cells.operands(node, at);
  const seen = operands.findIndex((cell) => cells.isContent(cell.value));
  const chosen = (await cells.number(operands[0]!)) ? 1 : 2;
  const words = seen === chosen ? 'seen: it stays' : 'hidden: the mask puts this in its place';
  return ofFew(numberOf(question), await cells.number(operands[chosen]!), words, ['x'], [await cells.number(operands[seen]!)]);
}

async function ofEmbedding(question: Question): Promise<Arithmetic> {
  const { plan, folder, cells, at, step } = question;
  const [table = '', indices = ''] = nodesOf(question)[0]!.input;
  const width = (await cells.tensor(step.id)).shape.at(-1)!;
  const [id, column] = [Number((await cells.tensor(indices)).data[Math.floor(at / width)]), at % width];
  const proto = plan.graph.initializer(table);
  const found = proto
    ? (await rowOf(folder, proto, shapeOf(proto), id))[column]!
    : await cells.number({ value: table, at: id * width + column });
  return ofFew(numberOf(question), found, 'E[id, column]', ['id', 'column', 'E[id, column]'], [id, column + 1, found]);
}
