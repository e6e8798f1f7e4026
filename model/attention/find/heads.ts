/**
 * Which axes of a score product are heads: those that were cut out of the feature axis, together with the head dimension.
 * Found by following the operand back until the head dimension shares an axis with something else, or until the projection.
 */
import type { NodeRef } from '../graph/view.ts';
import { type Atom, type Atoms, type Axes, backward } from './axes.ts';
import type { Subject } from './graph.ts';
import { isPackedProjection, type Operand, type Product, summed } from './product.ts';
import { axesOfLetters, type ScoreProduct } from './scores.ts';

const REACH = 60;

interface Way {
  readonly subject: Subject;
  readonly atoms: Atoms;
  /** Atoms of the head dimension, before splits. */
  readonly depth: Atom[];
  /** Atoms that may turn out to be heads: those of the product's result that are not keys, by number, with their own sizes. */
  readonly candidates: () => ReadonlyMap<number, Atom>;
  readonly seen: Set<string>;
}

function depthOf(way: Way): ReadonlySet<number> {
  return new Set(way.atoms.resolve(way.depth).map((a) => a.id));
}

/** Atoms that share an axis with the head dimension. */
function companions(way: Way, axes: Axes): Atom[] | null {
  const candidates = way.candidates();
  const depth = depthOf(way);
  for (const axis of axes) {
    const parts = way.atoms.resolve(axis);
    if (!parts.some((a) => depth.has(a.id))) continue;
    const others = parts.flatMap((a) => (depth.has(a.id) ? [] : (candidates.get(a.id) ?? [])));
    if (others.length > 0) return others;
  }
  return null;
}

/** Inputs worth following, the largest and those that depend on the input first. */
function inputsOf(way: Way, ref: NodeRef): number[] {
  const { subject } = way;
  const size = (i: number): number => subject.shape(ref.node.input[i]!)?.reduce((a, b) => a * b, 1) ?? 0;
  const weight = (i: number): number => (subject.isWeight(ref.node.input[i]!) ? 1 : 0);
  const data = (i: number): number => (subject.fact(ref.node.input[i]!)?.data ? 0 : 1);
  return ref.node.input
    .map((_, i) => i)
    .filter((i) => ref.node.input[i] !== '' && size(i) > 1)
    .sort((x, y) => weight(x) - weight(y) || size(y) - size(x) || data(x) - data(y) || x - y);
}

/** At a projection, the axes that only the weight has: the features, which are head dimension and heads. */
function atProjection(way: Way, product: Product, axes: Axes): Atom[] {
  const weight = way.subject.isWeight(product.b.name) ? product.b : product.a;
  const other = weight === product.b ? product.a : product.b;
  const candidates = way.candidates();
  const depth = depthOf(way);
  return product.letters.flatMap((letter, i) => {
    if (!weight.letters.includes(letter) || other.letters.includes(letter)) return [];
    return way.atoms.resolve(axes[i]!).flatMap((a) => (depth.has(a.id) ? [] : (candidates.get(a.id) ?? [])));
  });
}

/** The candidates among the features that a projection gives: the last axis of a packed product, the channels of a convolution. */
function featuresOf(way: Way, axis: Axes[number] | undefined): Atom[] {
  const candidates = way.candidates();
  const depth = depthOf(way);
  return way.atoms.resolve(axis ?? []).flatMap((a) => (depth.has(a.id) ? [] : (candidates.get(a.id) ?? [])));
}

/**
 * Heads found behind a value, as the features count them; [] when a projection is reached without any, null when the way is lost. The features may
 * have been cut more than once (blocks of heads, then heads): what was found goes on as part of the head dimension.
 */
function behind(way: Way, name: string, axes: Axes, reach: number): Atom[] | null {
  const met = companions(way, axes);
  if (!met) return further(way, name, axes, reach);
  way.depth.push(...met);
  return [...(further(way, name, axes, reach) ?? []), ...met];
}

function further(way: Way, name: string, axes: Axes, reach: number): Atom[] | null {
  const ref = way.subject.view.producerOf(name);
  if (!ref || reach === 0 || way.seen.has(name)) return null;
  way.seen.add(name);
  const product = way.subject.products.get(name);
  if (product) return way.subject.isProjection(ref) ? atProjection(way, product, axes) : null;
  if (isPackedProjection(ref)) return featuresOf(way, axes.at(-1));
  if (way.subject.isProjection(ref)) return featuresOf(way, axes[1]);
  for (const input of inputsOf(way, ref)) {
    const move = way.subject.move(ref, input, name);
    const before = move && axes.length === move.to.length ? backward(way.atoms, axes, move) : null;
    if (!before) continue;
    if (/^(Slice|Split|Concat|Pad|Gather)$/.test(ref.node.opType)) keepDepth(way, before, axes);
    const found = behind(way, ref.node.input[input]!, before, reach - 1);
    if (found !== null) return found;
  }
  return null;
}

/** An axis of the head dimension that became a new one by cutting (rotary halves, packed q k v) still is the head dimension. */
function keepDepth(way: Way, before: Axes, after: Axes): void {
  const depth = depthOf(way);
  before.forEach((axis, i) => {
    const was = before.length === after.length ? way.atoms.resolve(after[i]!) : [];
    if (was.length > 0 && was.every((a) => depth.has(a.id))) way.depth.push(...axis.filter((a) => !depth.has(a.id)));
  });
}

/** Head atoms of a product by one of its operands; null when nothing tells. */
export function headsBehind(subject: Subject, score: ScoreProduct, operand: Operand): Atom[] | null {
  const { product, region, atomOf } = score;
  const { atoms } = region;
  const depth = summed(product).flatMap((l) => atomOf.get(l) ?? []);
  const keyOnly = (l: string): boolean => score.key.letters.includes(l) && !score.query.letters.includes(l);
  const letters = product.letters.filter((l) => atomOf.has(l) && !keyOnly(l));
  const way: Way = {
    subject,
    atoms,
    depth,
    candidates: () => new Map(letters.flatMap((l) => atoms.resolve([atomOf.get(l)!]).map((a) => [a.id, a] as const))),
    seen: new Set(),
  };
  return behind(way, operand.name, axesOfLetters(operand.letters, atomOf), REACH);
}
