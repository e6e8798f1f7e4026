/** Where a map meets the values: the product that sums over the map's normalised axis. */
import type { NodeRef } from '../graph/view.ts';
import { Atoms } from './axes.ts';
import type { Subject } from './graph.ts';
import type { NormalisedMap } from './maps.ts';
import type { Operand, Product } from './product.ts';
import { summed } from './product.ts';
import { Region } from './region.ts';

export interface ValueProduct {
  readonly product: Product;
  /** The operand that is the map, as it meets the values. */
  readonly weights: Operand;
  readonly values: Operand;
}

/** Operators between a softmax and its values that leave it a map: they move, mask, scale, cast, cut or quantise it. */
const THROUGH =
  /^(Identity|Dropout|Cast|CastLike|Where|Mul|Div|Add|Sub|Max|Min|Clip|Pow|Reshape|Transpose|Unsqueeze|Squeeze|Flatten|Expand|Slice|Split|Pad|QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinearMul|QLinearAdd)$/;

const REACH = 24;

function operandsNamed(product: Product, name: string): [Operand, Operand][] {
  const pairs: [Operand, Operand][] = [];
  if (product.a.name === name) pairs.push([product.a, product.b]);
  if (product.b.name === name) pairs.push([product.b, product.a]);
  return pairs;
}

class Search {
  readonly found: ValueProduct[] = [];
  private readonly seen = new Set<string>();
  private readonly region: Region;
  private readonly key: ReadonlySet<number>;

  constructor(
    private readonly subject: Subject,
    map: NormalisedMap,
  ) {
    const atoms = new Atoms();
    const axes = (subject.shape(map.output) ?? []).map((size) => atoms.axis(size));
    this.key = new Set(map.axes.flatMap((i) => (axes[i] ?? []).map((a) => a.id)));
    this.region = new Region(subject, atoms, map.output, axes);
    this.visit(map.output, REACH);
  }

  private sums(product: Product, own: Operand): boolean {
    const axes = this.region.axes(own.name);
    const letters = summed(product);
    if (!axes || axes.length !== own.letters.length) return false;
    return own.letters.some((l, i) => letters.includes(l) && this.region.atoms.resolve(axes[i]!).some((a) => this.key.has(a.id)));
  }

  private visit(name: string, reach: number): void {
    if (reach === 0 || this.seen.has(name)) return;
    this.seen.add(name);
    for (const ref of this.subject.view.consumersOf(name)) this.step(ref, name, reach - 1);
  }

  private step(ref: NodeRef, name: string, reach: number): void {
    const { subject } = this;
    for (const output of [...ref.node.output, ...this.sumsOf(ref)]) {
      const product = subject.products.get(output);
      if (!product) continue;
      for (const [weights, values] of operandsNamed(product, name)) {
        if (this.sums(product, weights)) this.found.push({ product, weights, values });
        else if (subject.isWeight(values.name)) this.visit(product.output, reach);
      }
    }
    if (THROUGH.test(ref.node.opType)) for (const output of ref.node.output) if (output) this.visit(output, reach);
  }

  /** Mul followed by ReduceSum: the product is the ReduceSum's. */
  private sumsOf(ref: NodeRef): string[] {
    if (ref.node.opType !== 'Mul') return [];
    return this.subject.view
      .consumersOf(ref.node.output[0]!)
      .filter((c) => c.node.opType === 'ReduceSum')
      .map((c) => c.node.output[0]!);
  }
}

/** Every product in which a map weighs values, those with values that depend on the input first. */
export function valueProducts(subject: Subject, map: NormalisedMap): ValueProduct[] {
  const rank = (v: ValueProduct): number => (subject.fact(v.values.name)?.data && !subject.isWeight(v.values.name) ? 0 : 1);
  return new Search(subject, map).found.sort((a, b) => rank(a) - rank(b));
}
