/**
 * What joins a head's logits from the side (masks, biases, slopes, scales) inside a head's own graph: small things are kept from the run, and
 * what grows with T × S is computed again from them, by the file's own nodes.
 */
import { onnx } from '../../onnx/proto.js';
import { Atoms, type Axes, type Axis } from '../find/axes.ts';
import type { Candidate, Role } from '../find/candidate.ts';
import type { Subject } from '../find/graph.ts';
import type { Builder } from '../graph/builder.ts';
import { valuesOf } from '../graph/constants.ts';
import { operatorOf } from '../graph/view.ts';

export interface Kept {
  /** The value in the prepared graph. */
  readonly source: string;
  /** Its name as an output of the instrumented graph and an input of the head's. */
  readonly output: string;
  readonly type: number;
}

/** More than this a value may not grow when lengths double, to be kept as it is. */
const LINEAR = 3;
/** Constants up to this many values are written into the head's graph. */
const SMALL = 1 << 12;
/** Nodes copied into a head's graph at most. */
const COPIES = 300;

export class Sides {
  readonly kept: Kept[] = [];
  private readonly placed = new Map<string, string | null>();
  private copies = 0;

  constructor(
    private readonly subject: Subject,
    private readonly b: Builder,
  ) {}

  /** A value of the prepared graph inside the head's graph; null when it cannot be had there. */
  place(name: string): string | null {
    const known = this.placed.get(name);
    if (known !== undefined) return known;
    this.placed.set(name, null);
    const found = this.constant(name) ?? this.keep(name) ?? this.copy(name);
    this.placed.set(name, found);
    return found;
  }

  /** A stored constant that is small. */
  private constant(name: string): string | null {
    const { view } = this.subject;
    const producer = view.producerOf(name);
    const stored = view.initializers.get(name);
    const tensor =
      stored ??
      (producer && operatorOf(producer.node) === 'Constant' ? producer.node.attribute.find((a) => a.name === 'value')?.t : undefined);
    if (tensor && valuesOf(tensor, SMALL)) {
      const made = this.b.name('const');
      this.b.initializers.push(onnx.TensorProto.create({ ...tensor, name: made }));
      return made;
    }
    if (!producer || operatorOf(producer.node) !== 'Constant' || tensor) return null;
    const made = this.b.name('const');
    this.b.nodes.push(onnx.NodeProto.create({ ...producer.node, output: [made], name: made }));
    return made;
  }

  /** Kept from the run, when it does not grow faster than the text. */
  private keep(name: string): string | null {
    const type = this.subject.fact(name)?.type ?? 0;
    const given = this.subject.view.inputs.has(name) || this.subject.view.initializers.has(name);
    if (type === 0 || !(given || this.subject.growth(name) < LINEAR)) return null;
    const output = `headlight/kept/${name}`;
    this.kept.push({ source: name, output, type });
    return output;
  }

  /** Computed again in the head's graph. */
  private copy(name: string): string | null {
    const ref = this.subject.view.producerOf(name);
    if (!ref || ref.owner || ref.node.attribute.some((a) => a.g) || ++this.copies > COPIES) return null;
    const inputs = ref.node.input.map((input) => (input === '' ? '' : this.place(input)));
    if (inputs.some((i) => i === null)) return null;
    const outputs = ref.node.output.map((o) => (o === '' ? '' : this.b.name(ref.node.opType)));
    this.b.nodes.push(
      onnx.NodeProto.create({ ...ref.node, input: inputs as string[], output: outputs, name: outputs.find(Boolean) ?? '' }),
    );
    ref.node.output.forEach((o, i) => {
      if (o && o !== name) this.placed.set(o, outputs[i]!);
    });
    return outputs[ref.node.output.indexOf(name)]!;
  }
}

/** Which head and which batch a head's graph is asked for, as int64 vectors of length 1. */
export interface Chosen {
  readonly head: string;
  readonly batch: string;
  /** True where all heads are kept, because they are mixed with each other. */
  readonly allHeads: boolean;
}

/** The part of a role's number that one of its atoms stands for. */
function digit(b: Builder, number: string, atom: number, list: readonly { id: number; size: number }[]): string {
  const at = list.findIndex((a) => a.id === atom);
  const stride = list.slice(at + 1).reduce((n, a) => n * a.size, 1);
  const high = stride === 1 ? number : b.op('Div', [number, b.ints(stride)]);
  return at === 0 ? high : b.op('Mod', [high, b.ints(list[at]!.size)]);
}

/** The place on one axis for the chosen batch and head; null where the axis holds something else. */
function placeOn(b: Builder, c: Candidate, axis: Axis, chosen: Chosen, batches: Axis): string | null {
  const { atoms } = c.score.region;
  const list = atoms.resolve(axis);
  if (list.some((a) => !/^(batch|head)$/.test(c.role(a)))) return null;
  let index: string | null = null;
  for (const atom of list) {
    const isHead = c.role(atom) === 'head';
    const own = digit(b, isHead ? chosen.head : chosen.batch, atom.id, isHead ? c.heads : batches);
    index = index === null ? own : b.op('Add', [b.op('Mul', [index, b.ints(atom.size)]), own]);
  }
  return index;
}

const KEEP: readonly Role[] = ['head', 'query', 'key', 'depth'];

/**
 * `x` for the chosen batch and head, as [h, …] with the roles of `order` after the head axis: h is 1, or H where all heads are kept.
 * An axis that was stretched by broadcasting stays of length 1.
 */
export function picked(b: Builder, c: Candidate, x: string, axes: Axes, chosen: Chosen, order: readonly Role[]): string | null {
  const { atoms } = c.score.region;
  const batches = batchAtoms(c);
  let at = x;
  const left: { role: Role; id: number }[] = [];
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const list = atoms.resolve(axes[axis]!);
    const roles = new Set(list.map(c.role));
    if (chosen.allHeads && roles.has('head') && roles.size === 1) {
      left.unshift({ role: 'head', id: list[0]!.id });
      continue;
    }
    if (list.length === 0) {
      at = b.op('Squeeze', [b.op('Slice', [at, b.ints(0), b.ints(1), b.ints(axis)]), b.ints(axis)]);
      continue;
    }
    const place = placeOn(b, c, axes[axis]!, chosen, batches);
    if (place !== null) at = b.op('Squeeze', [b.op('Gather', [at, b.op('Mod', [place, b.size(at, axis)])], { axis }), b.ints(axis)]);
    else if (roles.size === 1 && KEEP.includes([...roles][0]!)) left.unshift({ role: [...roles][0]!, id: list[0]!.id });
    else return null;
  }
  return arranged(b, c, at, left, order);
}

function batchAtoms(c: Candidate): Axis {
  const { product, atomOf, region } = c.score;
  return product.letters.flatMap((l) => (atomOf.has(l) ? region.atoms.resolve([atomOf.get(l)!]) : [])).filter((a) => c.role(a) === 'batch');
}

/** The axes that are left, in the order of roles; several atoms of a role are joined, missing roles get an axis of length 1. */
function arranged(b: Builder, c: Candidate, x: string, left: readonly { role: Role; id: number }[], order: readonly Role[]): string | null {
  const wanted: readonly Role[] = ['head', ...order];
  if (left.some((l) => !wanted.includes(l.role))) return null;
  const headAt = (id: number): number => c.heads.findIndex((a) => a.id === id);
  const sorted = left
    .map((l, i) => ({ ...l, i }))
    .sort((p, q) => wanted.indexOf(p.role) - wanted.indexOf(q.role) || (p.role === 'head' ? headAt(p.id) - headAt(q.id) : p.i - q.i));
  const perm = sorted.map((s) => s.i);
  const turned = perm.every((p, i) => p === i) ? x : b.op('Transpose', [x], { perm });
  const counts = wanted.map((role) => sorted.filter((s) => s.role === role).length);
  if (counts.every((n) => n <= 1)) {
    const missing = counts.flatMap((n, i) => (n === 0 ? [i] : []));
    return missing.length === 0
      ? turned
      : sorted.length === 0
        ? b.op('Reshape', [turned, b.ints(...wanted.map(() => 1))])
        : b.op('Unsqueeze', [turned, b.ints(...missing)]);
  }
  const shape = b.op('Shape', [turned]);
  let from = 0;
  const sizes = counts.map((n) => {
    const own = Array.from({ length: n }, (_, i) => b.op('Gather', [shape, b.ints(from + i)], { axis: 0 }));
    from += n;
    return own.length === 0 ? b.ints(1) : own.reduce((p, q) => b.op('Mul', [p, q]));
  });
  return b.op('Reshape', [turned, b.op('Concat', sizes, { axis: 0 })]);
}

/** The axes of a value that is broadcast against one with known axes: aligned right; what it has no part in is an axis of length 1. */
export function broadcastAxes(subject: Subject, name: string, whole: Axes, fixed: boolean): Axes | null {
  const shape = subject.shape(name);
  if (!shape) return null;
  return shape.map((size, i) => {
    const axis = whole[i - shape.length + whole.length] ?? [];
    return size === 1 && !fixed ? [] : axis;
  });
}

export { Atoms };
