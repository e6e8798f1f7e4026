/** A number as factors times few other numbers: what turns, scales, shifts or only moves values is shown by it, pair by pair. */
import { domainOf, intOf } from '../onnx/attributes.ts';
import type { onnx } from '../onnx/proto.js';
import type { Cell, Cells } from './cells.ts';
import { categoryOf } from './operators.ts';

/** factor · the number at a place */
export interface Term extends Cell {
  readonly factor: number;
  /** Where the last factor comes from. */
  readonly by: Cell | null;
}

/** Σ factor · x + constant */
export interface LinearForm {
  readonly terms: readonly Term[];
  readonly constant: number;
}

/** More terms than these are no short form. */
const MOST_TERMS = 8;
/** Operators, beside those of layout, that put numbers elsewhere. */
const MOVES: ReadonlySet<string> = new Set(['Concat', 'Pad', 'GatherElements', 'GatherND']);

export const moves = (node: onnx.NodeProto): boolean => MOVES.has(node.opType) || categoryOf(node) === 'layout';

const one = (cell: Cell): LinearForm => ({ terms: [{ ...cell, factor: 1, by: null }], constant: 0 });
const constant = (number: number): LinearForm => ({ terms: [], constant: number });

/**
 * @param isEnd whether a value is to be followed no further
 * @returns null where the number is made in another way. @throws HeadlightError as `Cells.tensor`
 */
export async function linearForm(cells: Cells, cell: Cell, isEnd: (value: string) => boolean): Promise<LinearForm | null> {
  if (isEnd(cell.value)) return one(cell);
  if (!cells.isContent(cell.value)) return constant(await cells.number(cell));
  const node = cells.producer(cell.value);
  if (!node) return one(cell);
  if (moves(node)) {
    const from = await cells.origin(node, cell);
    return from ? linearForm(cells, from, isEnd) : constant(await cells.number(cell));
  }
  return node.opType === 'RotaryEmbedding' ? ofRotary(cells, node, cell.at, isEnd) : ofOperator(cells, node, cell.at, isEnd);
}

/** Turned by an operator of its own, ONNX's or onnxruntime's: the pair by its attributes, the factors asked of the operator. */
async function ofRotary(cells: Cells, node: onnx.NodeProto, at: number, isEnd: (value: string) => boolean): Promise<LinearForm> {
  const [x = '', ...others] = node.input;
  const table = await cells.tensor(others[domainOf(node.domain) === '' ? 0 : 1]!);
  const { shape } = await cells.tensor(x);
  const [half, heads] = [table.shape.at(-1)!, intOf(node, 'num_heads', 0)];
  const width = shape.length === 4 ? shape[3]! : heads > 0 ? shape.at(-1)! / heads : 2 * half;
  const column = at % width;
  const before = async (place: number) => (await linearForm(cells, { value: x, at: place }, isEnd)) ?? one({ value: x, at: place });
  if (column >= 2 * half) return before(at);
  const isFirst = intOf(node, 'interleaved', 0) === 1 ? column % 2 === 0 : column < half;
  const apart = intOf(node, 'interleaved', 0) === 1 ? 1 : half;
  const other = isFirst ? at + apart : at - apart;
  const turned = async (place: number) => times(await before(place), await cells.factor(node, place, at), null);
  return sum(await turned(at), await turned(other));
}

async function ofOperator(cells: Cells, node: onnx.NodeProto, at: number, isEnd: (value: string) => boolean): Promise<LinearForm | null> {
  if (!['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Where'].includes(node.opType)) return null;
  const operands = await cells.operands(node, at);
  if (node.opType === 'Where') {
    const [condition, yes, no] = operands;
    if (cells.isContent(condition!.value)) return null;
    return linearForm(cells, (await cells.number(condition!)) ? yes! : no!, isEnd);
  }
  const forms: LinearForm[] = [];
  for (const operand of operands) {
    const form = await linearForm(cells, operand, isEnd);
    if (!form) return null;
    forms.push(form);
  }
  const [a, b = constant(0)] = forms;
  const [first, second = null] = operands;
  const made = combined(node.opType, [a!, b], [first!, second]);
  return made && made.terms.length <= MOST_TERMS ? made : null;
}

function combined(operator: string, [a, b]: readonly [LinearForm, LinearForm], [first, second]: readonly [Cell, Cell | null]) {
  switch (operator) {
    case 'Add':
      return sum(a, b);
    case 'Sub':
      return sum(a, times(b, -1, null));
    case 'Neg':
      return times(a, -1, null);
    case 'Mul':
      return b.terms.length === 0 ? times(a, b.constant, second) : a.terms.length === 0 ? times(b, a.constant, first) : null;
    default:
      return b.terms.length === 0 ? times(a, 1 / b.constant, second) : null;
  }
}

const sum = (a: LinearForm, b: LinearForm): LinearForm => ({ terms: [...a.terms, ...b.terms], constant: a.constant + b.constant });

function times(form: LinearForm, factor: number, by: Cell | null): LinearForm {
  const terms = form.terms.map((term) => ({ ...term, factor: term.factor * factor, by: by ?? term.by }));
  return { terms, constant: form.constant * factor };
}

/**
 * The numbers that elementwise operators make a number of, in order, each once.
 * @returns null where a whole row goes into it. @throws HeadlightError as `Cells.tensor`
 */
export async function leavesOf(cells: Cells, cell: Cell, isEnd: (value: string) => boolean): Promise<Cell[] | null> {
  if (isEnd(cell.value)) return [cell];
  if (!cells.isContent(cell.value)) return [];
  const node = cells.producer(cell.value);
  if (!node) return [cell];
  if (moves(node)) {
    const from = await cells.origin(node, cell);
    return from ? leavesOf(cells, from, isEnd) : [];
  }
  if (categoryOf(node) !== 'elementwise' || node.opType.startsWith('Reduce')) return null;
  const found = new Map<string, Cell>();
  for (const operand of await cells.operands(node, cell.at)) {
    const leaves = await leavesOf(cells, operand, isEnd);
    if (!leaves) return null;
    for (const leaf of leaves) found.set(`${leaf.value}/${leaf.at}`, leaf);
  }
  return [...found.values()];
}

/** The angle whose cosine or sine a factor is, where the graph computes it: position · frequency, in radians. @throws HeadlightError as `Cells.tensor` */
export async function angleBehind(cells: Cells, cell: Cell): Promise<number | null> {
  const node = cells.producer(cell.value);
  if (!node) return null;
  if (node.opType === 'Cos' || node.opType === 'Sin') return cells.number({ value: node.input[0]!, at: cell.at });
  if (moves(node)) {
    const from = await cells.origin(node, cell);
    return from ? angleBehind(cells, from) : null;
  }
  if (node.opType !== 'Mul' && node.opType !== 'Neg') return null;
  for (const operand of await cells.operands(node, cell.at)) {
    const angle = await angleBehind(cells, operand);
    if (angle !== null) return angle;
  }
  return null;
}
