/**
 * The weights behind a place of attention: for every head its columns of W_q, W_k and W_v, and its rows of W_O, by name and index in the prepared
 * graph. Nothing is read.
 */
import { HeadlightError } from '../../errors.ts';
import { outputProjection } from '../causes/values.ts';
import type { Atom, Axes } from '../find/axes.ts';
import type { Candidate } from '../find/candidate.ts';
import type { Subject } from '../find/graph.ts';
import { planOf } from '../find/plan.ts';
import type { Operand } from '../find/product.ts';
import type { Site } from '../types.ts';
import { type Origins, Tracer } from './origins.ts';

/** A stored matrix, and which of its axes is which in a product with a row of numbers on its left. */
export interface StoredMatrix {
  /** Name of the tensor in the prepared graph. */
  readonly tensor: string;
  /** Axis that is summed over; the other one counts columns. */
  readonly summed: 0 | 1;
}

/** The part of a projection that makes the vectors of one head. */
export interface HeadColumns extends StoredMatrix {
  /** Columns of the head's d numbers. */
  readonly columns: Int32Array;
  /** Positions turn the vectors after the projection (rotary). */
  readonly turned: boolean;
}

/** Rows of W_O: those that take a head's d numbers. */
export interface HeadRows extends StoredMatrix {
  /** Indices on the summed axis. */
  readonly rows: Int32Array;
}

export interface HeadWeights {
  readonly query: HeadColumns;
  readonly key: HeadColumns;
  /** Null where values or W_O are not known. */
  readonly value: HeadColumns | null;
  readonly output: HeadRows | null;
}

/** @throws HeadlightError `unsupported` with the reason why a head has no matrices */
export function headWeights(site: Site, head: number): HeadWeights {
  const { place } = planOf(site);
  const [variant] = place.variants;
  const [c] = variant!.parts;
  if (place.turn || place.variants.length > 1 || variant!.parts.length > 1 || !c)
    throw unknown('the heads are turns or branches of the graph');
  const tracer = new Tracer(c.subject);
  const { product, query, key } = c.score;
  const axes = (operand: Operand): Axes =>
    operand.letters.map((letter) => (c.score.atomOf.has(letter) ? [c.score.atomOf.get(letter)!] : []));
  const depth = product.a.letters.filter(
    (letter) => letter !== '' && product.b.letters.includes(letter) && !product.letters.includes(letter),
  );
  const depths = depth.flatMap((letter) => c.score.atomOf.get(letter) ?? []);
  const own = columnsOf(c, tracer, query, axes(query), depths, head, 'queries');
  return {
    query: own,
    // A cache of a free width may make keys seem wider than what meets them.
    key: columnsOf(c, tracer, key, axes(key), depths, head, 'keys', own.columns.length),
    ...valueAndOutput(site, c, tracer, head),
  };
}

const unknown = (why: string) => new HeadlightError('unsupported', `No matrix of this head can be cut out: ${why}.`);

function valueAndOutput(site: Site, c: Candidate, tracer: Tracer, head: number): Pick<HeadWeights, 'value' | 'output'> {
  const found = outputProjection(site);
  if (!found) return { value: null, output: null };
  const { axes, depth, size, weight, summed } = found;
  const rows = Int32Array.from({ length: size }, (_, j) => head * size + j);
  const value = columnsOf(c, tracer, c.value.values, axes, [depth], head, 'values', size);
  return { value, output: { ...storedOf(c.subject, weight, summed), rows } };
}

function columnsOf(
  c: Candidate,
  tracer: Tracer,
  operand: Operand,
  axes: Axes,
  depths: readonly Atom[],
  head: number,
  what: string,
  most = Number.POSITIVE_INFINITY,
): HeadColumns {
  const origins = tracer.of(operand.name);
  if (!origins) throw unknown(`the ${what} could not be followed back to one product with a stored weight`);
  const all = cut(c, origins, axes, depths, head);
  const columns = all.slice(0, Math.min(all.length, most));
  if (columns.length === 0 || columns.some((column) => column < 0)) throw unknown(`the columns of its ${what} are not known`);
  const { projection, turned } = origins;
  return { ...storedOf(c.subject, projection.weight, projection.summed), columns, turned };
}

/** The tensor of the file behind a weight, whose axes may have been exchanged on the way. */
function storedOf(subject: Subject, name: string, summed: number): StoredMatrix {
  let [at, axis] = [name, summed];
  for (let reach = 12; reach > 0 && !subject.view.initializers.has(at); reach--) {
    const ref = subject.view.producerOf(at);
    if (!ref || ref.node.opType === 'Constant') break;
    if (ref.node.opType === 'Transpose') axis = 1 - axis;
    else if (!/^(Cast|CastLike|Identity|DequantizeLinear|QuantizeLinear)$/.test(ref.node.opType)) throw unknown(`${name} is computed`);
    at = ref.node.input[0]!;
  }
  return { tensor: at, summed: axis === 0 ? 0 : 1 };
}

/** The columns of one head's numbers: of the first input, at the last place of the text (what stands before may be a cache). */
function cut(c: Candidate, { shape, columns }: Origins, axes: Axes, depths: readonly Atom[], head: number): Int32Array {
  const { atoms } = c.score.region;
  const deep = new Set(atoms.resolve(depths).map(({ id }) => id));
  const digits = digitsOf(atoms.resolve([...c.heads]), head);
  // Axes of length 1 have no atoms; a letter without one stands for such an axis.
  const parts = axes.map((axis, i) => {
    const resolved = atoms.resolve(axis);
    // The lengths of a laid-open operator are made up: an axis of its own is as long as the value's.
    return resolved.length === 1
      ? [{ id: resolved[0]!.id, size: shape[i]!, atom: resolved[0]! }]
      : resolved.map((atom) => ({ ...atom, atom }));
  });
  const size = parts.flat().reduce((n, part) => (deep.has(part.id) ? n * part.size : n), 1);
  return Int32Array.from({ length: size }, (_, j) => {
    let [flat, rest] = [0, j];
    const inner = new Map<number, number>();
    for (const part of parts
      .flat()
      .filter(({ id }) => deep.has(id))
      .reverse()) {
      inner.set(part.id, rest % part.size);
      rest = Math.floor(rest / part.size);
    }
    parts.forEach((axis, i) => {
      let index = 0;
      for (const part of axis) index = index * part.size + (inner.get(part.id) ?? digits.get(part.id) ?? place(c, part.atom, part.size));
      flat = flat * shape[i]! + index;
    });
    return columns[flat] ?? -1;
  });
}

const place = (c: Candidate, atom: Atom, size: number) => (c.role(atom) === 'batch' || c.role(atom) === 'head' ? 0 : size - 1);

/** A head's number as an index of each of its atoms. */
function digitsOf(heads: readonly Atom[], head: number): Map<number, number> {
  const digits = new Map<number, number>();
  let rest = head;
  for (const { id, size } of [...heads].reverse()) {
    digits.set(id, rest % size);
    rest = Math.floor(rest / size);
  }
  return digits;
}
