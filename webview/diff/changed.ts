/**
 * Change by part of the model: the tree of modules that tensors' names spell. Of a part's pairs
 *
 *     ‖Δ‖ = √ Σ ‖Δᵢ‖²        relative = ‖Δ‖ / √ Σ ‖baseᵢ‖²
 *
 * so that a part is one long vector, and its change the change of that vector.
 */
import type { Compared, Difference, Pair } from '../../model/protocol/diff.ts';

export interface ChangedPart {
  readonly name: string;
  /** Path from the root, joined with dots. */
  readonly path: string;
  /** Σ Δ² and Σ base². */
  readonly squares: number;
  readonly base: number;
  readonly tensors: number;
  /** Tensors whose numbers are known. */
  readonly compared: number;
  /** Pair of a leaf, null for a module. */
  readonly pair: number | null;
  readonly parts: readonly ChangedPart[];
}

export const differenceOf = (result: Compared | undefined): Difference | null =>
  result && 'difference' in result ? result.difference : null;

/** ‖Δ‖ / ‖base‖; null where the base is 0 and something changed, for then there is no share of it. */
export function relative(delta: number, base: number): number | null {
  if (delta === 0) return 0;
  return base > 0 ? delta / base : null;
}

export const relativeOf = ({ squares, base }: ChangedPart): number | null => relative(Math.sqrt(squares), Math.sqrt(base));

interface Growing {
  squares: number;
  base: number;
  tensors: number;
  compared: number;
  pair: number | null;
  readonly inner: Map<string, Growing>;
}

const empty = (): Growing => ({ squares: 0, base: 0, tensors: 0, compared: 0, pair: null, inner: new Map() });

function add(to: Growing, difference: Difference | null): void {
  to.tensors += 1;
  if (!difference) return;
  to.compared += 1;
  to.squares += difference.delta ** 2;
  to.base += difference.baseNorm ** 2;
}

/** The tree of all pairs by the names of the base; its root is the model. */
export function changedParts(pairs: readonly Pair[], results: ReadonlyMap<number, Compared>): ChangedPart {
  const root = empty();
  pairs.forEach(({ base }, pair) => {
    const difference = differenceOf(results.get(pair));
    let at = root;
    add(at, difference);
    for (const name of base.part) {
      const next = at.inner.get(name) ?? empty();
      at.inner.set(name, next);
      add(next, difference);
      at = next;
    }
    at.pair = pair;
  });
  return finished('', '', root);
}

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const collator = new Intl.Collator('en', { numeric: true });

function finished(name: string, path: string, of: Growing): ChangedPart {
  const [only] = of.inner;
  // A module that holds one thing only is no step of its own.
  if (only && of.inner.size === 1 && of.pair === null) return finished(joined(name, only[0]), joined(path, only[0]), only[1]);
  const { squares, base, tensors, compared, pair, inner } = of;
  const parts = [...inner].map(([key, part]) => finished(key, joined(path, key), part));
  // Layers stand in their order, whatever the order of the file.
  if (parts.every(({ name }) => /^\d+(\.|$)/.test(name))) parts.sort((a, b) => collator.compare(a.name, b.name));
  return { name, path, squares, base, tensors, compared, pair, parts };
}

export function findChanged(part: ChangedPart, path: string): ChangedPart {
  if (part.path === path) return part;
  const inner = part.parts.find((one) => path === one.path || path.startsWith(`${one.path}.`));
  return inner ? findChanged(inner, path) : part;
}

/** The parts from the root to one, for the trail. */
export function trailTo(root: ChangedPart, path: string): ChangedPart[] {
  const steps = [root];
  for (let at = root; at.path !== path; ) {
    const next = at.parts.find((one) => path === one.path || path.startsWith(`${one.path}.`));
    if (!next) break;
    steps.push(next);
    at = next;
  }
  return steps;
}
