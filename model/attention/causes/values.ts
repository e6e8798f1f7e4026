/**
 * What each key would add to the residual stream if a head looked at it alone: ‖v_s · W_O‖ of every head, written as nodes.
 *
 * Source: Kobayashi et al. 2020, "Attention is Not Only a Weight", section 3 (model/metrics/value-norm has the formula).
 */
import type { Atom, Axes } from '../find/axes.ts';
import type { Candidate, Role } from '../find/candidate.ts';
import { planOf } from '../find/plan.ts';
import { type Operand, type Product, summed } from '../find/product.ts';
import { Region } from '../find/region.ts';
import type { Builder } from '../graph/builder.ts';
import { isFloat, TYPE } from '../graph/constants.ts';
import { laidOut } from '../probe/layout.ts';
import type { Site } from '../types.ts';

/** Operators between the heads' outputs and the projection that move numbers and change none. */
const MOVES = /^(Transpose|Reshape|Squeeze|Unsqueeze|Flatten|Cast|Identity|Dropout)$/;
const REACH = 8;

/** Values with one axis of each role, and the rows of W_O that belong to them. */
interface Found {
  readonly c: Candidate;
  /** Axes of the values, with `depth` among their roles. */
  readonly axes: Axes;
  readonly role: (atom: Atom) => Role;
  readonly depth: number;
  /** Heads that the values have: G, or 1 where all share them. */
  readonly groups: number;
  readonly product: Product;
  /** The operand that is W_O. */
  readonly output: Operand;
}

/** Depth of a head of a fused operator: its formula is laid out for whatever lengths a run has, its own output says what is fixed. */
function depthOf({ subject, fused }: Candidate): number | null {
  const shape = fused && subject.shape(fused.node.output[0]!);
  if (!fused || !shape) return null;
  return shape.length === 4 ? shape[3]! : shape.at(-1)! / fused.lowered.facts.heads;
}

/** The axes of the values and of the heads' outputs, from those of the weights: what the weights have not is the depth. */
function sidesOf(c: Candidate): { readonly values: Axes; readonly outputs: Axes; readonly depth: Atom } | null {
  const { product, weights, values } = c.value;
  const own = c.score.region.axes(weights.name);
  const shape = c.subject.shape(values.name);
  const free = values.letters.filter((l) => l !== '' && !weights.letters.includes(l));
  if (!own || own.length !== weights.letters.length || !shape || free.length !== 1) return null;
  const depth = c.score.region.atoms.fresh(depthOf(c) ?? shape[values.letters.indexOf(free[0]!)]!);
  const axisOf = (letter: string) => (letter === free[0] ? [depth] : letter === '' ? [] : (own[weights.letters.indexOf(letter)] ?? []));
  return { values: values.letters.map(axisOf), outputs: product.letters.map(axisOf), depth };
}

/** Where the heads' outputs begin on their way: those of a fused operator are laid out as it does. */
function startOf(c: Candidate, outputs: Axes, depth: Atom): { readonly name: string; readonly axes: Axes } | null {
  if (!c.fused) return { name: c.value.product.output, axes: outputs };
  const name = c.fused.node.output[0]!;
  const [batch, head, query] = outputs as [Axes[number], Axes[number], Axes[number]];
  const rank = c.subject.shape(name)?.length;
  if (rank === 4) return { name, axes: [batch, head, query, [depth]] };
  return rank === 3 ? { name, axes: [batch, query, [...head, depth]] } : null;
}

/** The product that takes the heads' outputs, with their last axis laid out as heads, then depth. */
function projection(c: Candidate, outputs: Axes, depth: Atom): { readonly product: Product; readonly output: Operand } | null {
  const { subject } = c;
  const start = startOf(c, outputs, depth);
  if (!start) return null;
  const { atoms } = c.score.region;
  const shape = subject.shape(start.name);
  // The fused operator's own lengths may differ from those that its formula was laid out with: only heads and depth are compared.
  const sized = start.axes.map((axis, i) =>
    c.fused && shape && !axis.includes(depth) && axis.length === 1 && c.role(axis[0]!) !== 'head' ? atoms.axis(shape[i]!) : axis,
  );
  const region = new Region(subject, atoms, start.name, sized);
  const wanted = [...c.heads.flatMap((head) => atoms.resolve([head])), ...atoms.resolve([depth])].map(({ id }) => id).join();
  const visit = (name: string, reach: number): { product: Product; output: Operand } | null => {
    for (const ref of subject.view.consumersOf(name)) {
      const product = subject.products.get(ref.node.output[0]!);
      if (product && product.a.name === name && subject.isWeight(product.b.name)) {
        const letters = summed(product);
        const axes = region.axes(name);
        const axis = axes?.[product.a.letters.indexOf(letters[0] ?? '?')];
        const fits =
          letters.length === 1 &&
          product.b.letters.length === 2 &&
          axis &&
          atoms
            .resolve(axis)
            .map(({ id }) => id)
            .join() === wanted;
        return fits ? { product, output: product.b } : null;
      }
      const found = MOVES.test(ref.node.opType) && reach > 0 ? visit(ref.node.output[0]!, reach - 1) : null;
      if (found) return found;
    }
    return null;
  };
  return visit(start.name, REACH);
}

function find(site: Site): Found | null {
  const { place } = planOf(site);
  const [variant] = place.variants;
  const [c] = variant!.parts;
  if (place.turn || place.variants.length > 1 || variant!.parts.length > 1 || !c || c.map.ref.owner) return null;
  const sides = sidesOf(c);
  const found = sides && projection(c, sides.outputs, sides.depth);
  if (!found || !isFloat(c.subject.fact(found.output.name)?.type ?? 0) || !isFloat(c.subject.fact(c.value.values.name)?.type ?? TYPE.float))
    return null;
  const { atoms } = c.score.region;
  const role = (atom: Atom): Role => (atoms.resolve([sides.depth]).some(({ id }) => id === atom.id) ? 'depth' : c.role(atom));
  const heads = sides.values.flatMap((axis) => atoms.resolve(axis)).filter((atom) => role(atom) === 'head');
  const all = c.heads.flatMap((head) => atoms.resolve([head]));
  if (heads.some((atom, i) => atom.id !== all[i]?.id)) return null;
  return { c, axes: sides.values, role, depth: sides.depth.size, groups: heads.reduce((n, { size }) => n * size, 1), ...found };
}

/** A site's values by their axes, and the weight that takes the heads' outputs: its rows are heads, then depth. Null where they are not known. */
export function outputProjection(site: Site) {
  const found = find(site);
  if (!found) return null;
  const { axes, c, output, product, depth: size } = found;
  const depth = axes.flat().find((atom) => found.role(atom) === 'depth');
  if (!depth) return null;
  return { axes, depth, size, values: c.value.values, weight: output.name, summed: output.letters.indexOf(summed(product)[0]!) };
}

/** Whether `valueNorms` can be written for a site. */
export function isValued(site: Site): boolean {
  return find(site) !== null;
}

/**
 * @returns the name of ‖v_s · W_O‖ as float32 [B, H, S], or null where values or W_O are not known
 */
export function valueNorms(b: Builder, site: Site): string | null {
  const found = find(site);
  if (!found) return null;
  const { c, axes, role, depth, groups, output } = found;
  const v = laidOut(b, b.cast(c.value.values.name, TYPE.float), { axes, candidate: { ...c, role } }, ['batch', 'head', 'key', 'depth']);
  if (v === null) return null;
  const matrix = b.cast(output.name, TYPE.float);
  const rows = output.letters[0] === summed(found.product)[0] ? matrix : b.op('Transpose', [matrix], { perm: [1, 0] });
  const split = b.op('Reshape', [rows, b.ints(groups, site.heads / groups, depth, -1)]); // [G, H/G, d, D]
  const added = b.op('MatMul', [b.op('Unsqueeze', [v, b.ints(2)]), split]); // [B, G, H/G, S, D]
  const norms = b.op('ReduceL2', [added, b.ints(4)], { keepdims: 0 });
  const sizes = b.op('Concat', [b.size(v, 0), b.ints(site.heads), b.size(v, 2)], { axis: 0 });
  return b.op('Reshape', [norms, sizes]);
}
