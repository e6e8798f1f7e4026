/** Where a map's logits come from: the product of queries and keys behind masks, scales, biases and caps. */
import type { NodeRef } from '../graph/view.ts';
import { type Atom, Atoms, type Axes } from './axes.ts';
import type { Subject } from './graph.ts';
import type { NormalisedMap } from './maps.ts';
import type { Operand, Product } from './product.ts';
import { summed } from './product.ts';
import { Region } from './region.ts';

export interface ScoreProduct {
  readonly product: Product;
  readonly query: Operand;
  readonly key: Operand;
  /** From the product onwards. */
  readonly region: Region;
  readonly atomOf: ReadonlyMap<string, Atom>;
}

/** What ends the way back: whatever makes new numbers out of a whole row, or looks values up. */
const STOP =
  /^(Softmax|LogSoftmax|QLinearSoftmax|.*Norm.*|Gather|GatherElements|GatherND|Conv.*|QLinearConv|LSTM|GRU|RNN|TopK|ArgMax|Attention|.*Attention|Shape|.*Pool|Resize|ScatterND|ScatterElements|If|Loop|Scan|MatMulNBits|CumSum|Range|Einsum)$/;

const REACH = 40;

/** Products on the way back from `logits`, nearest first. */
function productsBehind(subject: Subject, logits: string): Product[] {
  const found: Product[] = [];
  const seen = new Set<string>();
  let edge: { name: string; mixes: number }[] = [{ name: logits, mixes: 0 }];
  for (let reach = 0; reach < REACH && edge.length > 0; reach++) {
    const next: typeof edge = [];
    for (const { name, mixes } of edge) {
      if (seen.has(name)) continue;
      seen.add(name);
      const product = subject.products.get(name);
      if (product) {
        found.push(product);
        const data = [product.a, product.b].find((o) => !subject.isWeight(o.name));
        if (data && mixes === 0 && isSquareMix(subject, product)) next.push({ name: data.name, mixes: 1 });
        continue;
      }
      const ref = subject.view.producerOf(name);
      if (ref && !STOP.test(ref.node.opType)) for (const input of dataInputs(subject, ref)) next.push({ name: input, mixes });
    }
    edge = next;
  }
  return found;
}

/** A weight that turns an axis into one of the same length: heads mixed among each other. */
function isSquareMix(subject: Subject, product: Product): boolean {
  const weight = [product.a, product.b].find((o) => subject.isWeight(o.name));
  const shape = weight && subject.shape(weight.name);
  return shape !== undefined && shape !== null && shape.length >= 2 && shape.at(-1) === shape.at(-2);
}

function dataInputs(subject: Subject, ref: NodeRef): string[] {
  return ref.node.input.filter((name) => name !== '' && (subject.shape(name)?.length ?? 1) > 0 && !subject.view.initializers.has(name));
}

/** One atom a letter, as long as the operands say. */
function atomsOf(subject: Subject, product: Product, atoms: Atoms): Map<string, Atom> {
  const byLetter = new Map<string, Atom>();
  for (const operand of [product.a, product.b]) {
    operand.letters.forEach((letter, i) => {
      const size = subject.shape(operand.name)?.[i] ?? 1;
      if (letter !== '' && size > 1 && !byLetter.has(letter)) byLetter.set(letter, atoms.fresh(size));
    });
  }
  return byLetter;
}

export function axesOfLetters(letters: readonly string[], atomOf: ReadonlyMap<string, Atom>): Axes {
  return letters.map((letter) => {
    const atom = atomOf.get(letter);
    return atom ? [atom] : [];
  });
}

/** The product as queries · keys, if its result reaches the map so that the normalised axis is one of the keys'. */
function oriented(subject: Subject, map: NormalisedMap, product: Product): ScoreProduct | null {
  const atoms = new Atoms();
  const atomOf = atomsOf(subject, product, atoms);
  const region = new Region(subject, atoms, product.output, axesOfLetters(product.letters, atomOf));
  const at = region.axes(map.logits);
  if (!at || summed(product).length === 0) return null;
  const normalised = new Set(map.axes.flatMap((i) => atoms.resolve(at[i] ?? []).map((a) => a.id)));
  const isKey = (letter: string): boolean => {
    const atom = atomOf.get(letter);
    return atom !== undefined && atoms.resolve([atom]).some((a) => normalised.has(a.id));
  };
  const only = (own: Operand, other: Operand): boolean =>
    own.letters.some((l) => l !== '' && product.letters.includes(l) && isKey(l)) && !other.letters.some((l) => l !== '' && isKey(l));
  if (only(product.b, product.a)) return { product, query: product.a, key: product.b, region, atomOf };
  if (only(product.a, product.b)) return { product, query: product.b, key: product.a, region, atomOf };
  return null;
}

/** Score products of a map, best first: both sides from the input, then nearest. */
export function scoreProducts(subject: Subject, map: NormalisedMap): ScoreProduct[] {
  const found = productsBehind(subject, map.logits)
    .map((p) => oriented(subject, map, p))
    .filter((s) => s !== null);
  const rank = (s: ScoreProduct): number =>
    (subject.fact(s.key.name)?.data ? 0 : 2) + (subject.fact(s.query.name)?.data ? 0 : 1) + (subject.isWeight(s.key.name) ? 4 : 0);
  return found
    .map((s, i) => ({ s, i }))
    .sort((x, y) => rank(x.s) - rank(y.s) || x.i - y.i)
    .map(({ s }) => s);
}

export { productsBehind };
