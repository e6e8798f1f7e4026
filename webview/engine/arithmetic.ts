/** How a number of the walk came about: finds what was multiplied and added, in the run's values and in the stored weights. */
import { HeadlightError } from '../../model/errors.ts';
import type { onnx } from '../../model/onnx/proto.js';
import { shapeOf } from '../../model/onnx/tensors.ts';
import { ReferenceModel } from '../../model/ops/evaluate.ts';
import type { Arithmetic, StageValue, WalkStep } from '../../model/protocol/walk.ts';
import type { ModelFolder } from '../../model/source.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { dotProduct, normalised, ofFew, softmaxShare } from '../../model/walk/arithmetic.ts';
import { pieceModel } from '../../model/walk/extract.ts';
import type { WalkPlan } from '../../model/walk/plan.ts';
import { constantOf, rowOf, weightsInto } from './stored.ts';

/** A number of a step, and where its operands are found. */
export interface Question {
  readonly plan: WalkPlan;
  readonly model: onnx.ModelProto;
  readonly folder: ModelFolder;
  readonly step: WalkStep;
  readonly row: number;
  readonly column: number;
  /** d·H of the section's attention, H, and the head. */
  readonly head: number;
  /** The matrix of a step, of the chosen head where it has heads. @throws HeadlightError `unsupported` for inputs of the model */
  matrix(id: string): StageValue;
  /** What the model was fed with. */
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** @throws HeadlightError `unsupported` for steps whose arithmetic is not shown, with what can be done */
export async function explain(question: Question): Promise<Arithmetic> {
  const { step } = question;
  switch (step.kind) {
    case 'linear':
      return ofLinear(question);
    case 'product':
      return ofProduct(question);
    case 'softmax':
      return softmaxShare(numberOf(question), rowAt(question.matrix(step.inputs[0]!), question.row), question.column);
    case 'norm':
      return ofNorm(question);
    case 'scale':
    case 'activation':
    case 'function':
      return ofFunction(question);
    case 'residual':
    case 'sum':
    case 'gate':
      return ofTwo(question);
    case 'add':
      return ofAdded(question);
    case 'mask':
      return ofMask(question);
    case 'embedding':
      return ofEmbedding(question);
    default:
      return ofMove(question);
  }
}

const no = (words: string) => new HeadlightError('unsupported', words);
const at = ({ data, columns }: StageValue, row: number, column: number): number => data[row * columns + column]!;
const rowAt = ({ data, columns }: StageValue, row: number): Float32Array => data.subarray(row * columns, (row + 1) * columns);
const numberOf = ({ matrix, step, row, column }: Question): number => at(matrix(step.id), row, column);

async function ofLinear(question: Question): Promise<Arithmetic> {
  const { plan, step, row, column } = question;
  const x = question.matrix(step.inputs[0]!);
  if (x.rows !== question.matrix(step.id).rows) throw no('The rows of this layer were chosen from more: see the block before.');
  const node = nodesOf(plan, step)[0]!;
  const weights = step.weight === null ? null : await weightsInto(question, node, step.weight, column);
  if (weights === null || weights.length !== x.columns)
    throw no('This matrix is stored in a packed form: its numbers are not shown one by one.');
  const bias = step.bias === null ? null : (await constantOf(question, step.bias))[column]!;
  return dotProduct(numberOf(question), [rowAt(x, row), weights], ['x', 'W'], bias);
}

const nodesOf = ({ steps }: WalkPlan, { id }: WalkStep) => steps.steps.find((step) => step.id === id)!.nodes;

async function ofProduct(question: Question): Promise<Arithmetic> {
  const { step, row, column } = question;
  if (step.inputs.length !== 2) throw no('The other matrix depends on positions alone: it is made again in every layer and not shown.');
  const [a, b] = step.inputs.map((id) => question.matrix(id)) as [StageValue, StageValue];
  const x = rowAt(a, row);
  if (step.role === 'products') return dotProduct(numberOf(question), [x, rowAt(b, column)], ['q', 'k'], null);
  const y = Float64Array.from({ length: b.rows }, (_, i) => at(b, i, column));
  if (y.length !== x.length) throw no('The two matrices of this product lie in another way: its terms are not shown.');
  return dotProduct(numberOf(question), [x, y], step.role === 'context' ? ['a', 'v'] : ['x', 'y'], null);
}

async function ofNorm(question: Question): Promise<Arithmetic> {
  const { step, row, column } = question;
  const x = rowAt(question.matrix(step.inputs[0]!), row);
  const rms = !/(^| )LayerNormalization|Sub/.test(step.operators);
  const epsilon = step.numbers.epsilon ?? 0;
  const gain = step.weight === null ? 1 : (await constantOf(question, step.weight))[column]!;
  const bias = step.bias === null ? null : (await constantOf(question, step.bias))[column]!;
  return normalised(numberOf(question), x, column, { epsilon, gain, bias, rms });
}

/** The graph's own operators on this one number, in the reference. */
async function ofFunction(question: Question): Promise<Arithmetic> {
  const { plan, model, folder, step, row, column } = question;
  const [from = ''] = step.inputs;
  const input = question.matrix(from);
  if (input.columns !== question.matrix(step.id).columns)
    throw no('These numbers were moved on the way: the block before shows them where they were.');
  const x = at(input, row, column);
  if (step.kind === 'scale' && step.numbers.scale !== undefined) {
    return ofFew(numberOf(question), x * step.numbers.scale, 'x · factor', ['x', 'factor'], [x, step.numbers.scale]);
  }
  const piece = { nodes: new Set(nodesOf(plan, step)), carried: [from], inputs: [] };
  const one = tensor('float32', [1, 1, 1], Float32Array.of(x));
  const reference = new ReferenceModel({ model: pieceModel(model, plan, piece, [step.id], new Map([[from, 'float32']])) }, folder);
  const result = await reference.run({ [from]: one }, { values: [step.id], outputs: false });
  return ofFew(numberOf(question), Number(result.get(step.id)!.data[0]), `f(x), f = ${step.operators}`, ['x'], [x]);
}

function ofTwo(question: Question): Arithmetic {
  const { step, row, column } = question;
  const numbers = step.inputs.map((id) => at(question.matrix(id), row, column));
  const [a = Number.NaN, b = Number.NaN] = numbers;
  if (step.kind === 'gate') return ofFew(numberOf(question), a * b, 'a · b', ['a', 'b'], [a, b]);
  return ofFew(numberOf(question), a + b, 'a + b', ['a', 'b'], [a, b]);
}

function ofAdded(question: Question): Arithmetic {
  const { step, row, column } = question;
  const x = at(question.matrix(step.inputs[0]!), row, column);
  const table = question.matrix(step.side!);
  const added = at(table, table.rows === 1 ? 0 : row, table.columns === 1 ? 0 : column);
  return ofFew(numberOf(question), x + added, 'x + table', ['x', 'table'], [x, added]);
}

function ofMask(question: Question): Arithmetic {
  const { step, row, column } = question;
  const x = at(question.matrix(step.inputs[0]!), row, column);
  const value = numberOf(question);
  const isHidden = value !== x;
  return ofFew(value, isHidden ? value : x, isHidden ? 'hidden: the mask puts this in its place' : 'seen: it stays', ['x'], [x]);
}

async function ofEmbedding(question: Question): Promise<Arithmetic> {
  const { plan, folder, step, row, column } = question;
  const [table = '', indices = ''] = nodesOf(plan, step)[0]!.input;
  const ids = question.feeds[indices];
  const proto = plan.graph.initializer(table);
  if (!ids || !proto) throw no('The row of the table is found by a computation that is not shown.');
  const id = Number(ids.data[row]);
  const found = await rowOf(folder, proto, shapeOf(proto), id);
  return ofFew(numberOf(question), found[column]!, 'E[id, column]', ['id', 'column', 'E[id, column]'], [id, column + 1, found[column]!]);
}

/** Cut into heads, joined, put together: the same number stands somewhere in the row before. */
function ofMove(question: Question): Arithmetic {
  const { step, row, head, column } = question;
  if (step.kind !== 'heads') throw no('Nothing is computed here: see the blocks before.');
  const from = rowAt(question.matrix(step.inputs[0]!), row);
  const width = question.matrix(step.id).columns;
  const value = numberOf(question);
  const place = Array.from(from).findIndex((number, i) => number === value && i % width === column);
  if (place === -1) throw no('These numbers were moved on the way: the block before shows them where they were.');
  return ofFew(
    value,
    from[place]!,
    `column ${place + 1} of the block before is column ${column + 1} of head ${head + 1}`,
    ['x'],
    [from[place]!],
  );
}
