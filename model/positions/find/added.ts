/** Tables that are added to the embeddings, found by what they are: a value that no token changes, one row a position. */
import type { Subject } from '../../attention/find/graph.ts';
import { isFloat, TYPE } from '../../attention/graph/constants.ts';
import { type NodeRef, operatorOf } from '../../attention/graph/view.ts';
import type { Content } from './content.ts';

export interface AddedValue {
  /** The value in the prepared graph, [.., P, D]. */
  readonly name: string;
  /** The node that adds it. */
  readonly ref: NodeRef;
  /** The other operand: what positions are added to. */
  readonly to: string;
  /** Scale and zero point of a table that is added as 8-bit numbers. */
  readonly quantized: Quantized | null;
}

export interface Quantized {
  readonly scale: string;
  readonly zero: string | null;
}

/**
 * Every table that is added somewhere in the graph.
 * @param isScore whether a value is a score: what is added there is a bias
 */
export function addedValues(subject: Subject, content: Content, isScore: (name: string) => boolean): AddedValue[] {
  const found = new Map<string, AddedValue>();
  for (const ref of subject.view.nodes) {
    if (ref.owner || ref.node.output.some(isScore)) continue;
    for (const one of addedBy(subject, content, ref)) if (!found.has(one.name)) found.set(one.name, one);
  }
  return [...found.values()];
}

/** Where operators keep their operands, and scale and zero point of each. */
const OPERANDS: Readonly<Record<string, readonly (readonly [number, number?, number?])[]>> = {
  Add: [[0], [1]],
  Sum: [[0], [1], [2]],
  'com.microsoft::SkipLayerNormalization': [[0], [1]],
  'com.microsoft::SkipSimplifiedLayerNormalization': [[0], [1]],
  'com.microsoft::QLinearAdd': [
    [0, 1, 2],
    [3, 4, 5],
  ],
};

/** Fused embeddings take the whole table: its place, scale and zero point among the inputs. */
const TABLES: Readonly<Record<string, readonly [number, number?, number?]>> = {
  'com.microsoft::EmbedLayerNormalization': [3],
  'com.microsoft::QEmbedLayerNormalization': [3, 9, 14],
};

function addedBy(subject: Subject, content: Content, ref: NodeRef): AddedValue[] {
  const operator = operatorOf(ref.node);
  const at = (place: readonly [number, number?, number?]): Pick<AddedValue, 'name' | 'quantized'> => {
    const [name, scale, zero] = place.map((i) => ref.node.input[i!] ?? '');
    return { name: name!, quantized: scale ? { scale, zero: zero || null } : null };
  };
  const whole = TABLES[operator];
  if (whole) return ref.node.input[whole[0]] ? [{ ...at(whole), ref, to: ref.node.input[0]! }] : [];
  const operands = (OPERANDS[operator] ?? []).map(at).filter(({ name }) => name !== '');
  const to = operands.find(({ name }) => content.has(name))?.name;
  if (to === undefined) return [];
  return operands.filter(({ name }) => !content.has(name) && isTable(subject, name, to)).map((operand) => ({ ...operand, ref, to }));
}

/** One row a position: [.., P, D] beside [B, P, D], and more than the same row for all. */
function isTable(subject: Subject, name: string, beside: string): boolean {
  const [shape, whole] = [subject.shape(name), subject.shape(beside)];
  const { type = 0 } = subject.fact(name) ?? {};
  if (!shape || !whole || !(isFloat(type) || type === TYPE.uint8 || type === TYPE.int8)) return false;
  if (whole.length < 2 || whole.length > 3 || shape.length < 2 || shape.length > 3) return false;
  const [rows, columns] = shape.slice(-2);
  return rows! > 1 && columns === whole.at(-1);
}
