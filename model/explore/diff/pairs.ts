/**
 * Which tensor of one model is which of another. By name first; then by a name whose beginning differs (`bert.` on one side, nothing on the
 * other), or by the module of the node that uses a tensor whose own name says nothing (`onnx::MatMul_42`). Pure.
 */
import type { How, Pair, TensorFacts, Turn } from '../../protocol/diff.ts';
import { sizeOf } from '../../tensor.ts';

export interface Matched {
  readonly pairs: readonly Pair[];
  readonly onlyBase: readonly TensorFacts[];
  readonly onlyOther: readonly TensorFacts[];
}

/** Names that say nothing about where a tensor belongs. */
const MADE_UP = /^(onnx::|val_|_val|const_|arg\d|t\d+$|\d+$)/;
/** What quantizers put behind a name. */
const ENDS = /(_quantized|_Q[248]\w*|_DQ_Q4|\.MatMul\.weight(_Q[248]\w*)?)$/;

/** The name under which a tensor is looked for. */
export function keyOf({ name, part }: Pick<TensorFacts, 'name' | 'part'>): string {
  const plain = name.replace(/\.MatMul\.weight(_Q[248]\w*)?$/, '.weight').replace(ENDS, '');
  if (!MADE_UP.test(plain)) return plain.replace(/^\//, '').replaceAll('/', '.');
  const module = part.slice(0, -1).join('.');
  return module === '' ? plain : `${module}.weight`;
}

const named = (tensor: TensorFacts) => !MADE_UP.test(tensor.name);

/** @param formats whether both are files of the same format: exporters exchange axes where they write a product */
export function pairsOf(base: readonly TensorFacts[], other: readonly TensorFacts[], sameFormat: boolean): Matched {
  const left = new Map(base.map((tensor) => [tensor.name, tensor]));
  const right = new Map(other.map((tensor) => [tensor.name, tensor]));
  const pairs: Pair[] = [];
  const take = (a: TensorFacts, b: TensorFacts, how: How) => {
    pairs.push(pairOf(a, b, how, sameFormat));
    left.delete(a.name);
    right.delete(b.name);
  };
  // A made-up number means something only in the file that it stands in, unless both hold a tensor of that name and size.
  for (const a of base) {
    const b = right.get(a.name);
    if (b && (named(a) || sameSize(a, b))) take(a, b, 'name');
  }
  byKey(left, right, (a, b) => take(a, b, named(a) && named(b) ? 'name' : 'module'));
  for (let found = otherBeginning(left, right); found; found = otherBeginning(left, right)) {
    for (const [a, b] of found) take(a, b, named(a) && named(b) ? 'beginning' : 'module');
  }
  const order = new Map(base.map(({ name }, i) => [name, i]));
  pairs.sort((a, b) => order.get(a.base.name)! - order.get(b.base.name)!);
  return { pairs, onlyBase: [...left.values()], onlyOther: [...right.values()] };
}

type Tensors = ReadonlyMap<string, TensorFacts>;

const sameSize = (a: TensorFacts, b: TensorFacts) => sizeOf(a.shape) === sizeOf(b.shape);

/** Tensors by key; a key that two share leads nowhere. */
function keys(tensors: Tensors): Map<string, TensorFacts | null> {
  const found = new Map<string, TensorFacts | null>();
  for (const tensor of tensors.values()) found.set(keyOf(tensor), found.has(keyOf(tensor)) ? null : tensor);
  return found;
}

function byKey(left: Tensors, right: Tensors, take: (a: TensorFacts, b: TensorFacts) => void): void {
  const [mine, theirs] = [keys(left), keys(right)];
  for (const [key, a] of mine) {
    const b = theirs.get(key);
    if (a && b) take(a, b);
  }
}

/** Beginnings of a key that may differ: none, its first name, its first two; never a layer's number. */
const beginningsOf = (key: string): string[] => {
  const names = key.split('.');
  return [
    '',
    ...[1, 2]
      .filter((n) => n < names.length && !names.slice(0, n).some((name) => /^\d+$/.test(name)))
      .map((n) => `${names.slice(0, n).join('.')}.`),
  ];
};

/** The exchange of beginnings under which most of what is left fits; null when none fits. One of both is empty or both are one name. */
function otherBeginning(left: Tensors, right: Tensors): [TensorFacts, TensorFacts][] | null {
  const [mine, theirs] = [keys(left), keys(right)];
  const all = (of: ReadonlyMap<string, unknown>) => new Set([...of.keys()].flatMap(beginningsOf));
  let best: [TensorFacts, TensorFacts][] = [];
  let most = 0;
  for (const from of all(mine)) {
    for (const to of all(theirs)) {
      if (from === to || (from !== '' && to !== '' && (depth(from) > 1 || depth(to) > 1 || opposite(from, to)))) continue;
      const found: [TensorFacts, TensorFacts][] = [];
      for (const [key, a] of mine) {
        const b = key.startsWith(from) ? theirs.get(to + key.slice(from.length)) : undefined;
        if (a && b) found.push([a, b]);
      }
      // Sizes decide which exchange it is; a table that grew goes with the others.
      const fits = found.filter(([a, b]) => sameSize(a, b)).length;
      if (fits > most) [best, most] = [found, fits];
    }
  }
  return best.length > 0 ? best : null;
}

const depth = (beginning: string) => beginning.split('.').length - 1;
/** Halves of one model are not each other. */
const opposite = (from: string, to: string) => /^(en|de)coder\.$/.test(from) && /^(en|de)coder\.$/.test(to);

/** Two tensors that belong together, and how their numbers can be laid beside each other. */
export function pairOf(base: TensorFacts, other: TensorFacts, how: How, sameFormat: boolean): Pair {
  const same = base.shape.length === other.shape.length && base.shape.every((n, axis) => n === other.shape[axis]);
  const across =
    base.shape.length === 2 && other.shape.length === 2 && base.shape[0] === other.shape[1] && base.shape[1] === other.shape[0];
  const rows = same || across ? null : commonRows(base.shape, other.shape);
  const turn: Turn = same ? (across && (!sameFormat || how !== 'name') ? 'try' : 'no') : across ? 'yes' : 'no';
  const words = `The shapes differ: ${base.shape.join(' × ') || 'scalar'} and ${other.shape.join(' × ') || 'scalar'}.`;
  return { base, other, how, turn, rows, apart: same || across || rows !== null ? null : words };
}

/** Rows that both have, where all other axes are the same (a table that got more tokens). */
function commonRows(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length || a.length < 2 || a.some((n, axis) => axis > 0 && n !== b[axis])) return null;
  const rows = Math.min(a[0]!, b[0]!);
  return rows > 0 ? rows : null;
}
