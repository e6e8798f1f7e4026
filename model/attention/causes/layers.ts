/** The residual stream before and after every layer, as values of the graph: HF's `hidden_states`, before a final norm. */
import { HeadlightError } from '../../errors.ts';
import { planOf } from '../find/plan.ts';
import type { Site } from '../types.ts';
import { type Cut, cutsBefore } from './flow.ts';
import type { Steps } from './steps.ts';

/** The stack that ends in an answer. */
export interface Stack {
  /** Value names: what enters layer 0, what leaves layer 0, …, what leaves the last. L + 1 of them. */
  readonly states: readonly string[];
  /** The sites of the stack's self-attention, one a layer, in order. */
  readonly sites: readonly Site[];
}

const orderOf = (site: Site): number => planOf(site).place.variants[0]!.parts[0]!.map.ref.order;

/** The sites that lie on the way: one a layer, an encoder's and cross-attention left out. */
function stackSites(sites: readonly Site[], cuts: readonly Cut[]): Site[] {
  const [first, last] = [cuts[0]!.step.order, cuts.at(-1)!.step.order];
  const inside = sites.filter((site) => {
    const { place } = planOf(site);
    const at = orderOf(site);
    return place.turn === null && place.variants[0]!.parts[0]!.map.ref.owner === null && at > first && at < last;
  });
  const kind = ['decoder', 'self', 'text', 'vision', 'encoder'].find((k) => inside.some((site) => site.kind === k));
  return inside.filter((site) => site.kind === kind).sort((a, b) => orderOf(a) - orderOf(b));
}

/** The operators of the cuts between two places: what a layer looks like from outside. */
const patternOf = (cuts: readonly Cut[]): string[] => cuts.map(({ step }) => step.node.opType);

/**
 * How many cuts after the last attention its layer ends: as in an earlier layer that looks the same from there on. Where the model has one layer
 * only, it ends with the last sum.
 */
function lengthOfLast(layers: readonly (readonly Cut[])[], rest: readonly Cut[]): number | null {
  const pattern = patternOf(rest);
  const fitting = layers.map(patternOf).filter((earlier) => earlier.every((op, i) => op === pattern[i]));
  if (fitting.length > 0) return Math.max(...fitting.map((earlier) => earlier.length));
  if (layers.length > 0) return null;
  const sum = pattern.lastIndexOf('Add', pattern.findLastIndex((op) => /MatMul|Gemm/.test(op)) - 1);
  return sum < 0 ? null : sum + 1;
}

/**
 * @param answer the output that the model answers with
 * @throws HeadlightError `unsupported` where the graph has no residual stream that can be followed
 */
export function stackOf(steps: Steps, sites: readonly Site[], answer: string): Stack {
  const cuts = cutsBefore(steps, answer);
  const own = cuts.length > 0 ? stackSites(sites, cuts) : [];
  if (own.length === 0) throw refused('the layers could not be followed from the tokens to the answer');
  const before = own.map((site) => cuts.findLastIndex(({ step }) => step.order < orderOf(site)));
  const layers = before.slice(1).map((end, i) => cuts.slice(before[i]! + 1, end + 1));
  if (before[0]! < 0 || layers.some((layer) => layer.length === 0)) throw refused('some layers have no state of their own between them');
  const rest = cuts.slice(before.at(-1)! + 1);
  const length = lengthOfLast(layers, rest);
  if (length === null || length >= rest.length) throw refused('where the last layer ends and the head begins could not be told');
  const states = [...before.map((at) => cuts[at]!), rest[length - 1]!].map(({ name }) => name);
  return { states, sites: own };
}

function refused(reason: string): HeadlightError {
  return new HeadlightError('unsupported', `The layers’ states cannot be read through the model’s own head: ${reason}.`);
}
