/**
 * From single maps to places of attention: one map a head becomes one place, maps that are mixed before they meet the values become one,
 * branches of an If that attend in turn become one, and a Loop's body becomes as many as it turns.
 */
import { intAttribute, intsAttribute } from '../graph/attributes.ts';
import type { NodeRef } from '../graph/view.ts';
import type { Candidate } from './candidate.ts';
import type { Subject } from './graph.ts';

/** Maps that together are the heads of one place, in the order of their heads; one map with all heads is the usual case. */
export interface Variant {
  readonly parts: readonly Candidate[];
}

export interface Place {
  /** One, or one for each branch of an If that may run. */
  readonly variants: readonly Variant[];
  /** The turn of the Loop that this place is, and the Loop; null outside of loops. */
  readonly turn: { readonly index: number; readonly loop: NodeRef } | null;
}

const ON_THE_WAY = /^(Reshape|Transpose|Unsqueeze|Squeeze|Cast|Identity|Dropout|Flatten)$/;

const SUMMED_ON_THE_WAY = /^(Reshape|Transpose|Unsqueeze|Squeeze|Cast|Identity|Dropout|Flatten|Add)$/;

/** The Concat in which a head's output is joined with others, and its place there. */
function joint(subject: Subject, name: string, way: RegExp, reach = 8): { ref: NodeRef; index: number } | null {
  for (const ref of subject.view.consumersOf(name)) {
    if (ref.node.opType === 'Concat') return { ref, index: ref.node.input.indexOf(name) };
    const found = reach > 0 && way.test(ref.node.opType) ? joint(subject, ref.node.output[0]!, way, reach - 1) : null;
    if (found) return found;
  }
  return null;
}

/**
 * Maps that are pieces of one attention: their outputs are put one behind the other along the tokens (block-sparse, chunked). None of them is a
 * T × S matrix of the layer.
 */
export function pieces(subject: Subject, found: readonly Candidate[]): Set<Candidate> {
  const groups = new Map<NodeRef, Candidate[]>();
  for (const candidate of found) {
    const at = candidate.heads.length > 0 ? joint(subject, candidate.value.product.output, SUMMED_ON_THE_WAY) : null;
    if (at) groups.set(at.ref, [...(groups.get(at.ref) ?? []), candidate]);
  }
  return new Set([...groups.values()].filter((group) => group.length > 1).flat());
}

/** Places with one map a head joined where their outputs are concatenated. */
function joinHeads(subject: Subject, found: readonly Candidate[]): Variant[] {
  const groups = new Map<NodeRef, { candidate: Candidate; index: number }[]>();
  const single = new Map<Candidate, NodeRef>();
  for (const candidate of found) {
    const at = candidate.heads.length === 0 ? joint(subject, candidate.value.product.output, ON_THE_WAY) : null;
    if (!at) continue;
    groups.set(at.ref, [...(groups.get(at.ref) ?? []), { candidate, index: at.index }]);
    single.set(candidate, at.ref);
  }
  const done = new Set<NodeRef>();
  return found.flatMap((candidate) => {
    const ref = single.get(candidate);
    const group = ref && groups.get(ref)!;
    if (!ref || !group || group.length < 2 || group.length !== ref.node.input.length) return [{ parts: [candidate] }];
    if (done.has(ref)) return [];
    done.add(ref);
    return [{ parts: group.sort((a, b) => a.index - b.index).map((g) => g.candidate) }];
  });
}

/** One candidate for maps that were mixed into the same weights. */
function unique(found: readonly Candidate[]): Candidate[] {
  return found.filter((c, i) => found.findIndex((o) => o.weights === c.weights) === i);
}

function refOf(variant: Variant): NodeRef {
  return variant.parts[0]!.map.ref;
}

/** The outermost If around a place, with the branch that it lies in. */
function branchOf(variant: Variant): { owner: NodeRef; graph: unknown } | null {
  let at: NodeRef = refOf(variant);
  while (at.owner) {
    if (at.owner.node.opType === 'If') return { owner: at.owner, graph: at.graph };
    at = at.owner;
  }
  return null;
}

/** Pairs the n-th place of one branch with the n-th of the other. The last branch, `else`, gives the facts. */
function pairBranches(variants: readonly Variant[]): Variant[][] {
  const result: Variant[][] = [];
  const slots = new Map<NodeRef, { graph: unknown; list: Variant[] }[]>();
  for (const variant of variants) {
    const at = branchOf(variant);
    if (!at) {
      result.push([variant]);
      continue;
    }
    const branches = slots.get(at.owner) ?? [];
    const own = branches.find((b) => b.graph === at.graph);
    if (own) own.list.push(variant);
    else branches.push({ graph: at.graph, list: [variant] });
    if (!slots.has(at.owner)) slots.set(at.owner, branches);
    const n = (own?.list.length ?? 1) - 1;
    const partner = branches.map((b) => b.list[n]).find((v) => v && v !== variant);
    const home = partner && result.find((group) => group.includes(partner));
    if (home) home.unshift(variant);
    else result.push([variant]);
  }
  return result;
}

/** How often the Loop or Scan around a place turns; null outside of loops, 0 when only a run tells. */
function turns(subject: Subject, variant: Variant): { loop: NodeRef; count: number } | null {
  const { owner } = refOf(variant);
  if (!owner || owner.node.opType === 'If') return null;
  const trips = owner.node.opType === 'Loop' ? subject.fact(owner.node.input[0] ?? '')?.value?.[0] : scanned(subject, owner);
  return { loop: owner, count: trips ?? 0 };
}

/** Length of what a Scan goes over, where that is stored with the model (weights of one layer a turn). */
function scanned(subject: Subject, { node }: NodeRef): number | undefined {
  const count = intAttribute(node, 'num_scan_inputs', 0);
  const stacked = node.input.slice(node.input.length - count).filter((name) => subject.isWeight(name));
  const axes = intsAttribute(node, 'scan_input_axes') ?? [];
  return axes.every((axis) => axis === 0) ? subject.shape(stacked[0] ?? '')?.[0] : undefined;
}

/** The places of attention of a model. `unknownTurns` are those in loops whose number of turns only a run tells. */
export function places(subject: Subject, found: readonly Candidate[]): { places: Place[]; unknownTurns: Variant[] } {
  const result: Place[] = [];
  const unknownTurns: Variant[] = [];
  for (const variants of pairBranches(joinHeads(subject, unique(found)))) {
    const loop = turns(subject, variants[0]!);
    if (!loop) result.push({ variants, turn: null });
    else if (loop.count === 0) unknownTurns.push(variants[0]!);
    else for (let index = 0; index < loop.count; index++) result.push({ variants, turn: { index, loop: loop.loop } });
  }
  return { places: result, unknownTurns };
}
