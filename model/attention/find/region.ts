/**
 * What lies between two values of a graph, and what the axes of every value in between stand for.
 */
import type { NodeRef } from '../graph/view.ts';
import { type Atoms, type Axes, type Axis, forward } from './axes.ts';
import type { Subject } from './graph.ts';
import type { Product } from './product.ts';

export class Region {
  private readonly inside = new Map<string, boolean>();
  protected readonly known = new Map<string, Axes | null>();
  private readonly floor: number;

  /** From the value `origin`, whose axes are given, onwards. */
  constructor(
    readonly subject: Subject,
    readonly atoms: Atoms,
    readonly origin: string,
    axes: Axes,
  ) {
    this.known.set(origin, axes);
    this.inside.set(origin, true);
    this.floor = subject.view.producerOf(origin)?.order ?? -1;
  }

  /** Whether a value is computed from the origin. */
  has(name: string): boolean {
    const known = this.inside.get(name);
    if (known !== undefined) return known;
    const ref = this.subject.view.producerOf(name);
    const follows = ref !== undefined && ref.order > this.floor && !/^(Shape|Size)$/.test(ref.node.opType);
    const found = follows && ref.node.input.some((input) => input !== '' && this.has(input));
    this.inside.set(name, found);
    return found;
  }

  /** The axes of a value of the region; null when they cannot be followed to it. */
  axes(name: string): Axes | null {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const ref = this.has(name) ? this.subject.view.producerOf(name) : undefined;
    const found = ref ? this.through(ref, name) : null;
    this.known.set(name, found);
    return found;
  }

  private through(ref: NodeRef, output: string): Axes | null {
    const product = this.subject.products.get(output);
    const mixed = product ? this.mixed(product) : null;
    if (mixed || (product && ref.node.opType !== 'ReduceSum')) return mixed;
    const size = (i: number): number => this.subject.shape(ref.node.input[i]!)?.reduce((a, b) => a * b, 1) ?? 0;
    const candidates = ref.node.input.map((_, i) => i).filter((i) => ref.node.input[i] !== '' && this.has(ref.node.input[i]!));
    let best: Axis[] | null = null;
    for (const input of candidates.sort((a, b) => size(b) - size(a))) {
      const axes = this.axes(ref.node.input[input]!);
      const move = this.subject.move(ref, input, output);
      const moved = axes && move && axes.length === move.from.length ? forward(this.atoms, axes, move) : null;
      if (moved && !best) best = moved;
      else if (moved && best) best = best.map((axis, i) => (axis.length > 0 ? axis : (moved[i] ?? axis)));
    }
    return best;
  }

  /** A product with a weight that mixes one axis (the heads of talking heads): the mixed axis is what it was. */
  private mixed(product: Product): Axes | null {
    const [own, other] = this.has(product.a.name) ? [product.a, product.b] : [product.b, product.a];
    const axes = this.axes(own.name);
    if (!axes || this.has(other.name)) return null;
    const byLetter = new Map(own.letters.map((letter, i) => [letter, axes[i]!]));
    const shape = this.subject.shape(product.output);
    const gone = own.letters.filter((l) => l !== '' && !product.letters.includes(l));
    const added = product.letters.filter((l) => l !== '' && !byLetter.has(l));
    if (!shape || gone.length !== 1 || added.length !== 1) return null;
    const mixedAxis = this.atoms.resolve(byLetter.get(gone[0]!)!);
    if (mixedAxis.reduce((n, a) => n * a.size, 1) !== shape[product.letters.indexOf(added[0]!)]) return null;
    byLetter.set(added[0]!, mixedAxis);
    return product.letters.map((letter, i) => byLetter.get(letter) ?? this.atoms.axis(shape[i]!));
  }

  /** The nodes that lead from the origin to a value, in the order of the graph. */
  nodesTo(target: string): NodeRef[] {
    const found = new Set<NodeRef>();
    const visit = (name: string): void => {
      if (name === this.origin || !this.has(name)) return;
      const ref = this.subject.view.producerOf(name);
      if (!ref || found.has(ref)) return;
      found.add(ref);
      for (const input of ref.node.input) if (input) visit(input);
    };
    visit(target);
    return [...found].sort((a, b) => a.order - b.order);
  }
}
