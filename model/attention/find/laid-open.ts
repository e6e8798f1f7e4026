/** The formula beside a fused operator as a place of attention: its layout is known, [B, H, T, S] throughout. */
import type { Fused } from '../lower/lower.ts';
import { type Atom, Atoms, type Axes } from './axes.ts';
import { type Candidate, type Role, roleLookup } from './candidate.ts';
import type { Subject } from './graph.ts';
import type { Product } from './product.ts';
import { Region } from './region.ts';

/** Every value of the region has the same four axes, whatever lengths a run gives them. */
class FourAxes extends Region {
  constructor(
    subject: Subject,
    atoms: Atoms,
    origin: string,
    private readonly four: Axes,
  ) {
    super(subject, atoms, origin, four);
  }

  override axes(name: string): Axes | null {
    return this.has(name) ? this.four : null;
  }
}

const LETTERS = ['b', 'h', 't', 's'];

/** The matrix product that made `output`, under the letters of its axes. */
function productAs(
  subject: Subject,
  output: string,
  a: readonly string[],
  b: readonly string[],
  letters: readonly string[],
): Product | null {
  const ref = subject.view.producerOf(output);
  if (!ref) return null;
  const [left, right] = ref.node.input as [string, string];
  return { ref, output, a: { name: left, input: 0, letters: a }, b: { name: right, input: 1, letters: b }, letters, factor: 1 };
}

/** A laid-open operator as a candidate. */
export function laidOpenCandidate(subject: Subject, fused: Fused): Candidate | null {
  const { formula, facts } = fused.lowered;
  const score = productAs(subject, formula.scores, ['b', 'h', 't', 'd'], ['b', 'h', 'd', 's'], LETTERS);
  const value = productAs(subject, formula.output, LETTERS, ['b', 'h', 's', 'e'], ['b', 'h', 't', 'e']);
  const softmax = subject.view.producerOf(formula.softmax);
  if (!score || !value || !softmax) return null;
  const atoms = new Atoms();
  const roles: (readonly [Atom, Role])[] = [];
  const atomOf = new Map<string, Atom>();
  const named: readonly (readonly [string, Role, number])[] = [
    ['b', 'batch', 2],
    ['h', 'head', facts.heads],
    ['t', 'query', 13],
    ['s', 'key', 17],
    ['d', 'depth', 8],
  ];
  for (const [letter, role, size] of named) {
    const atom = atoms.fresh(size);
    atomOf.set(letter, atom);
    roles.push([atom, role]);
  }
  const region = new FourAxes(
    subject,
    atoms,
    formula.scores,
    LETTERS.map((l) => [atomOf.get(l)!]),
  );
  return {
    subject,
    map: { ref: softmax, logits: formula.logits, output: formula.softmax, axes: [3] },
    score: { product: score, query: score.a, key: score.b, region, atomOf },
    value: { product: value, weights: value.a, values: value.b },
    weights: formula.weights,
    role: roleLookup(atoms, roles),
    heads: [atomOf.get('h')!],
    fused,
  };
}
