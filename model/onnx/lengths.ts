/**
 * Lengths of free axes: what a graph calls `batch_size`, `sequence_length`, `past_sequence_length + sequence_length` gets a number
 * from the tensors that are given, so that everything that is filled in fits them.
 */
import { HeadlightError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

/** An axis as the graph declares it: a number is fixed, a string free, null free and nameless. */
export type Axis = number | string | null;

export class Lengths {
  private readonly known = new Map<string, number>();

  /** Learns from a tensor that is given what the names of its input's axes stand for; the first one counts. */
  learn(axes: readonly Axis[] | null, shape: readonly number[]): void {
    axes?.forEach((axis, i) => {
      if (typeof axis === 'string' && !this.known.has(axis) && shape[i] !== undefined) this.known.set(axis, shape[i]);
    });
  }

  /** The length of an axis as far as the graph and what was learnt tell. */
  of(axis: Axis | undefined): number | null {
    if (typeof axis === 'number') return axis;
    if (typeof axis !== 'string') return null;
    const known = this.known.get(axis);
    if (known !== undefined) return known;
    const terms = axis.split('+').map((term) => term.trim());
    if (terms.length === 1) return null;
    const lengths = terms.map((term) => (/^\d+$/.test(term) ? Number(term) : this.known.get(term)));
    return lengths.every((length) => length !== undefined) ? lengths.reduce<number>((sum, length) => sum + length!, 0) : null;
  }
}

/**
 * Whether a given tensor fits what the graph declares.
 * @throws HeadlightError `shape` with both shapes
 */
export function checkFits(name: string, axes: readonly Axis[] | null, value: Tensor): void {
  if (!axes) return;
  const fits = axes.length === value.shape.length && axes.every((axis, i) => typeof axis !== 'number' || axis === value.shape[i]);
  if (fits) return;
  throw new HeadlightError('shape', `The input ${name} must be [${shapeWords(axes)}], but [${value.shape.join(', ')}] was given.`);
}

/** `batch, 3, 24, 24`. */
export function shapeWords(axes: readonly Axis[]): string {
  return axes.map((axis) => axis ?? '?').join(', ');
}
