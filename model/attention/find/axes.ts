/**
 * What the axes of a tensor stand for, followed through the operators that move them.
 *
 * An axis is a list of atoms, most significant first: [B·H, T, S] has the axes (b h)(t)(s). Reshape merges and splits axes; a split of an atom
 * holds everywhere, so that what is learned at one end of a chain (these 24 columns are 3 heads of 8) is known at the other.
 * Sizes are those of the concrete lengths of `infer`. Axes of length 1 have no atoms.
 */
import { intAttribute, intsAttribute } from '../graph/attributes.ts';
import type { NodeRef } from '../graph/view.ts';
import { axisOf, type Fact } from '../infer/fact.ts';
import { intsOf } from '../infer/shaping.ts';

export interface Atom {
  readonly id: number;
  readonly size: number;
}

export type Axis = readonly Atom[];
export type Axes = readonly Axis[];

export class Atoms {
  private next = 0;
  private readonly parts = new Map<number, readonly [Atom, Atom]>();

  fresh(size: number): Atom {
    return { id: this.next++, size };
  }

  /** One axis of this length as a new atom. */
  axis(size: number): Axis {
    return size === 1 ? [] : [this.fresh(size)];
  }

  private split(atom: Atom, high: number): readonly [Atom, Atom] {
    const pair = [this.fresh(high), this.fresh(atom.size / high)] as const;
    this.parts.set(atom.id, pair);
    return pair;
  }

  /** The atoms of an axis after all splits so far. */
  resolve(axis: Axis): Atom[] {
    return axis.flatMap((atom) => {
      const parts = this.parts.get(atom.id);
      return parts ? this.resolve(parts) : [atom];
    });
  }

  /** The axes after a Reshape to `shape`, or null when an axis would mix parts that cannot be told apart. */
  reshape(axes: Axes, shape: readonly number[]): Axis[] | null {
    const rest = axes.flatMap((axis) => this.resolve(axis));
    const result: Axis[] = [];
    for (const size of shape) {
      const axis: Atom[] = [];
      let need = size;
      while (need > 1) {
        const atom = rest.shift();
        if (!atom) return null;
        if (need % atom.size === 0) {
          axis.push(atom);
          need /= atom.size;
        } else if (atom.size % need === 0) {
          const [high, low] = this.split(atom, need);
          axis.push(high);
          rest.unshift(low);
          need = 1;
        } else return null;
      }
      result.push(axis);
    }
    return rest.length === 0 ? result : null;
  }
}

type Shape = readonly number[];

export interface Move {
  readonly ref: NodeRef;
  /** Sizes of the input that is followed, and of the output. */
  readonly from: Shape;
  readonly to: Shape;
  /** Which input is followed. */
  readonly input: number;
  /** Facts of the node's inputs, for axes and indices that are inputs. */
  readonly facts: readonly (Fact | undefined)[];
}

const RESHAPES = new Set(['Reshape', 'Flatten', 'Unsqueeze', 'Squeeze']);
const CUTS = new Set(['Slice', 'Pad', 'Split', 'Concat', 'Resize', 'Tile']);

/** Axes of `to` aligned right with axes of `from`; `fill` says what an axis is that `from` has no part in. */
function aligned(axes: Axes, from: Shape, to: Shape, fill: (size: number, axis: number) => Axis): Axis[] {
  return to.map((size, i) => {
    const at = i - to.length + from.length;
    return at >= 0 && from[at] === size ? axes[at]! : fill(size, i);
  });
}

/** The same axes where sizes agree, resized where one was cut or joined. */
function resized(axes: Axes, from: Shape, to: Shape, atoms: Atoms): Axis[] | null {
  if (from.length !== to.length) return null;
  return to.map((size, i) => {
    const axis = atoms.resolve(axes[i]!);
    if (from[i] === size) return axis;
    return axis.length === 1 ? [{ id: axis[0]!.id, size }] : atoms.axis(size);
  });
}

function permutation(ref: NodeRef, rank: number): number[] {
  return intsAttribute(ref.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

function reducedAxes(move: Move): number[] | null {
  const step = { node: move.ref.node, opset: 0, input: (i: number) => move.facts[i] };
  const axes = intsOf(step, 'axes', 1);
  return axes ? axes.map((a) => axisOf(a, move.from.length)) : null;
}

/** Axes of a node's output from the axes of the input that is followed; null where they cannot be followed. */
export function forward(atoms: Atoms, axes: Axes, move: Move): Axis[] | null {
  return axes.length === move.from.length ? whole(outputAxes(atoms, axes, move)) : null;
}

/** A broken graph may speak of axes that its tensors lack. */
function whole(axes: readonly (Axis | undefined)[] | null): Axis[] | null {
  return axes?.every((axis) => axis !== undefined) ? (axes as Axis[]) : null;
}

function outputAxes(atoms: Atoms, axes: Axes, move: Move): readonly (Axis | undefined)[] | null {
  const { ref, from, to } = move;
  const op = ref.node.opType;
  if (op === 'Transpose') return permutation(ref, from.length).map((p) => axes[p]);
  if (RESHAPES.has(op)) return atoms.reshape(axes, to);
  if (CUTS.has(op)) return resized(axes, from, to, atoms);
  if (op.startsWith('Reduce') || op.startsWith('Arg')) return reduced(axes, move);
  if (op === 'Gather') return move.input === 0 ? gathered(atoms, axes, move) : null;
  return aligned(axes, from, to, (size) => atoms.axis(size));
}

function reduced(axes: Axes, move: Move): Axis[] | null {
  const gone = reducedAxes(move);
  if (move.from.length === move.to.length) return move.to.map((size, i) => (size === 1 ? [] : axes[i]!));
  return gone && axes.filter((_, i) => !gone.includes(i));
}

function gathered(atoms: Atoms, axes: Axes, move: Move): Axis[] | null {
  const axis = axisOf(intAttribute(move.ref.node, 'axis', 0), move.from.length);
  if (!axes[axis]) return null;
  const inserted = move.to.length - move.from.length + 1;
  const own = atoms.resolve(axes[axis]);
  const middle = Array.from({ length: inserted }, (_, i): Axis => {
    const size = move.to[axis + i]!;
    return inserted === 1 && own.length === 1 ? [{ id: own[0]!.id, size }] : atoms.axis(size);
  });
  return [...axes.slice(0, axis), ...middle, ...axes.slice(axis + 1)];
}

/** Axes of the followed input from those of the output. */
export function backward(atoms: Atoms, axes: Axes, move: Move): Axis[] | null {
  return axes.length === move.to.length ? whole(inputAxes(atoms, axes, move)) : null;
}

function inputAxes(atoms: Atoms, axes: Axes, move: Move): readonly (Axis | undefined)[] | null {
  const { ref, from, to } = move;
  const op = ref.node.opType;
  if (op === 'Transpose') {
    const perm = permutation(ref, from.length);
    return from.map((_, i) => axes[perm.indexOf(i)]);
  }
  if (RESHAPES.has(op)) return atoms.reshape(axes, from);
  if (CUTS.has(op)) return resized(axes, to, from, atoms);
  if (op === 'Gather') {
    const axis = axisOf(intAttribute(ref.node, 'axis', 0), from.length);
    const inserted = to.length - from.length + 1;
    return [...axes.slice(0, axis), atoms.axis(from[axis]!), ...axes.slice(axis + inserted)];
  }
  if (op.startsWith('Reduce')) return null;
  return aligned(axes, to, from, (size) => atoms.axis(size));
}
