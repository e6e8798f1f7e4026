/**
 * Brings a tensor whose axes are known to the house's layout: one axis a role, in a given order, missing roles as axes of length 1.
 * Written as nodes, so that it works for whatever lengths a run has.
 */
import type { Atom, Axes } from '../find/axes.ts';
import type { Candidate, Role } from '../find/candidate.ts';
import type { Builder } from '../graph/builder.ts';

/** Neighbouring atoms of one axis with one role, taken as one. */
export interface Part {
  readonly role: Role;
  readonly axis: number;
  /** Its length where every run has the same; null where a run decides. */
  readonly size: number | null;
  readonly first: Atom;
}

export interface Laid {
  readonly axes: Axes;
  readonly candidate: Candidate;
}

/** The parts of every axis, or null when an axis holds two lengths that only a run knows. */
export function partsOf({ axes, candidate }: Laid): Part[] | null {
  const { atoms } = candidate.score.region;
  const parts: Part[] = [];
  for (const [axis, list] of axes.entries()) {
    const own: Part[] = [];
    for (const atom of atoms.resolve(list)) {
      const role = candidate.role(atom);
      const last = own.at(-1);
      const size = role === 'head' ? atom.size : null;
      if (last && last.role === role)
        own[own.length - 1] = { ...last, size: last.size !== null && size !== null ? last.size * size : null };
      else own.push({ role, axis, size, first: atom });
    }
    if (own.filter((p) => p.size === null).length > 1) return null;
    parts.push(...own);
  }
  return parts;
}

/** Lengths of the parts as an int64 vector of the graph. */
export function lengthsOf(b: Builder, x: string, parts: readonly Part[]): string {
  const shape = b.op('Shape', [x]);
  const pieces = parts.map((part) => {
    if (part.size !== null) return b.ints(part.size);
    const whole = b.op('Gather', [shape, b.ints(part.axis)], { axis: 0 });
    const known = parts.filter((p) => p.axis === part.axis && p.size !== null).reduce((n, p) => n * p.size!, 1);
    return known === 1 ? whole : b.op('Div', [whole, b.ints(known)]);
  });
  return pieces.length === 1 ? pieces[0]! : b.op('Concat', pieces, { axis: 0 });
}

function headPlace(candidate: Candidate, part: Part): number {
  const at = candidate.heads.findIndex((a) => a.id === part.first.id);
  return at < 0 ? candidate.heads.length : at;
}

/** Product of the entries `from` … `to` of an int64 vector, as a vector of length 1. */
function productOf(b: Builder, vector: string, indices: readonly number[]): string {
  return indices.map((i) => b.op('Gather', [vector, b.ints(i)], { axis: 0 })).reduce((x, y) => b.op('Mul', [x, y]));
}

/**
 * `x` with one axis for each role of `order`.
 * @returns the name of the result, or null when its axes cannot be told apart
 */
export function laidOut(b: Builder, x: string, laid: Laid, order: readonly Role[]): string | null {
  const parts = partsOf(laid);
  if (!parts || parts.some((p) => !order.includes(p.role))) return null;
  const rank = laid.axes.length;
  const plain = parts.length === rank && parts.every((p, i) => p.axis === i);
  const split = plain ? x : b.op('Reshape', [x, parts.length > 0 ? lengthsOf(b, x, parts) : b.ints(1)]);
  const sorted = parts
    .map((part, i) => ({ part, i }))
    .sort((p, q) => {
      const by = order.indexOf(p.part.role) - order.indexOf(q.part.role);
      return by || (p.part.role === 'head' ? headPlace(laid.candidate, p.part) - headPlace(laid.candidate, q.part) : 0) || p.i - q.i;
    });
  const perm = sorted.map(({ i }) => i);
  const turned = perm.every((p, i) => p === i) ? split : b.op('Transpose', [split], { perm });
  const roles = sorted.map(({ part }) => part.role);
  return merged(b, turned, roles, order);
}

/** One axis for each role: several of a role are merged, a missing one is inserted. */
function merged(b: Builder, x: string, roles: readonly Role[], order: readonly Role[]): string {
  const indices = order.map((role) => roles.flatMap((r, i) => (r === role ? [i] : [])));
  if (indices.every((list) => list.length === 1)) return x;
  if (indices.every((list) => list.length <= 1)) {
    const missing = indices.flatMap((list, i) => (list.length === 0 ? [i] : []));
    return roles.length === 0 ? b.op('Reshape', [x, b.ints(...order.map(() => 1))]) : b.op('Unsqueeze', [x, b.ints(...missing)]);
  }
  const shape = b.op('Shape', [x]);
  const sizes = indices.map((list) => (list.length === 0 ? b.ints(1) : productOf(b, shape, list)));
  return b.op('Reshape', [x, b.op('Concat', sizes, { axis: 0 })]);
}
