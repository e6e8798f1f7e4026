/**
 * One place of attention as found in the graph: the map, where it meets the values, where its logits come from, and what its axes stand for.
 */

import type { Fused } from '../lower/lower.ts';
import type { Atom, Atoms } from './axes.ts';
import type { Subject } from './graph.ts';
import { headsBehind } from './heads.ts';
import type { NormalisedMap } from './maps.ts';
import { isPackedProjection, type Product } from './product.ts';
import { type ScoreProduct, scoreProducts } from './scores.ts';
import { type ValueProduct, valueProducts } from './values.ts';

export type Role = 'batch' | 'head' | 'query' | 'key' | 'depth';

export interface Candidate {
  readonly subject: Subject;
  readonly map: NormalisedMap;
  readonly score: ScoreProduct;
  readonly value: ValueProduct;
  /** The value whose contents are the weights: the last one before the values that is still a float (or the map's own uint8). */
  readonly weights: string;
  readonly role: (atom: Atom) => Role;
  /** Head atoms in the order in which heads are counted. */
  readonly heads: readonly Atom[];
  /** The fused operator that was laid open here, if it was one. */
  readonly fused: Fused | null;
}

/** Whether queries that are stored (learned) stand in an attention: their keys are a projection of the input, made for them. */
function keysAreProjected(subject: Subject, name: string, depth = 12): boolean {
  const ref = subject.view.producerOf(name);
  if (!ref || depth === 0) return false;
  if (subject.isProjection(ref) || isPackedProjection(ref)) return true;
  if (
    !/^(Reshape|Transpose|Unsqueeze|Squeeze|Expand|Cast|Identity|Slice|Split|Gather|Mul|Div|Add|Concat|DequantizeLinear|QuantizeLinear)$/.test(
      ref.node.opType,
    )
  )
    return false;
  const data = ref.node.input.filter((i) => i && subject.fact(i)?.data);
  return data.length === 1 && keysAreProjected(subject, data[0]!, depth - 1);
}

function acceptable(subject: Subject, score: ScoreProduct): boolean {
  if (subject.isWeight(score.key.name)) return false;
  return !subject.isWeight(score.query.name) || keysAreProjected(subject, score.key.name);
}

/** Heads by the operands; where neither tells, the last axis that both operands share beside the batch. */
function findHeads(subject: Subject, score: ScoreProduct): Atom[] {
  const byQuery = headsBehind(subject, score, score.query);
  const byKey = headsBehind(subject, score, score.key);
  const found = [...(byQuery ?? []), ...(byKey ?? [])];
  if (found.length > 0 || byQuery || byKey) return unique(score.region.atoms.resolve(found));
  const shared = score.product.letters.filter(
    (l) => score.query.letters.includes(l) && score.key.letters.includes(l) && score.atomOf.has(l),
  );
  const rank = score.product.letters.length;
  return rank >= 4 && shared.length > 0 && score.product.letters.indexOf(shared.at(-1)!) > 0 ? [score.atomOf.get(shared.at(-1)!)!] : [];
}

/** Whether the queries are nothing but columns of a projection: channels that attend to channels. */
function queriesAreFeatures({ product, query, key, region, atomOf }: ScoreProduct, heads: readonly Atom[]): boolean {
  const letters = product.letters.filter((l) => query.letters.includes(l) && !key.letters.includes(l));
  const queries = region.atoms.resolve(letters.flatMap((l) => atomOf.get(l) ?? []));
  const features = new Set(region.atoms.resolve(heads).map((a) => a.id));
  return queries.length > 0 && queries.every((a) => features.has(a.id));
}

function unique(atoms: readonly Atom[]): Atom[] {
  return atoms.filter((a, i) => atoms.findIndex((b) => b.id === a.id) === i);
}

/** A role for every atom: what an atom was split into has its role. The first that fits decides. */
export function roleLookup(atoms: Atoms, list: readonly (readonly [Atom, Role])[]): (atom: Atom) => Role {
  return (atom) => list.find(([root]) => atoms.resolve([root]).some((a) => a.id === atom.id))?.[1] ?? 'batch';
}

/** What each atom of the score product stands for. */
function roles(score: ScoreProduct, map: NormalisedMap, heads: readonly Atom[]): (atom: Atom) => Role {
  const at = score.region.axes(map.logits) ?? [];
  const { product, query, key, atomOf } = score;
  const letters = (test: (l: string) => boolean): Atom[] => product.letters.filter(test).flatMap((l) => atomOf.get(l) ?? []);
  const all = (list: readonly Atom[], role: Role): (readonly [Atom, Role])[] => list.map((atom) => [atom, role] as const);
  return roleLookup(score.region.atoms, [
    ...all(
      map.axes.flatMap((i) => at[i] ?? []),
      'key',
    ),
    ...all(heads, 'head'),
    ...all(
      letters((l) => query.letters.includes(l) && !key.letters.includes(l)),
      'query',
    ),
    ...all(
      letters(() => true),
      'batch',
    ),
    ...all([...atomOf.values()], 'depth'),
  ]);
}

const HELD = new Set([1, 10, 11, 16]);

/** The weights as a float: before a rounding to 8 bits that serves the product alone. */
function floatWeights(subject: Subject, name: string): string {
  const type = subject.fact(name)?.type ?? 1;
  const ref = subject.view.producerOf(name);
  if (ref?.node.opType === 'DequantizeLinear') {
    const rounded = subject.view.producerOf(ref.node.input[0]!);
    return rounded?.node.opType === 'QuantizeLinear' ? rounded.node.input[0]! : name;
  }
  if (HELD.has(type) || type === 0) return name;
  if (ref && /^(DynamicQuantizeLinear|QuantizeLinear)$/.test(ref.node.opType)) return ref.node.input[0]!;
  if (ref && /^(Reshape|Transpose|Identity|Unsqueeze|Squeeze)$/.test(ref.node.opType)) {
    const before = floatWeights(subject, ref.node.input[0]!);
    return before === ref.node.input[0] ? name : before;
  }
  return name;
}

/** Why a map that weighs values is not shown as attention; null for what has nothing to do with it. */
export type Outcome =
  | { readonly site: Candidate }
  | { readonly score: Product | null; readonly value: ValueProduct; readonly channels?: boolean }
  | null;

/** A normalised map as a place of attention, if it is one. */
export function examine(subject: Subject, map: NormalisedMap): Outcome {
  const value = valueProducts(subject, map)[0];
  if (!value || subject.isWeight(value.values.name)) return null;
  const score = scoreProducts(subject, map).find((s) => acceptable(subject, s));
  if (!score) return { score: null, value };
  const heads = findHeads(subject, score);
  if (queriesAreFeatures(score, heads)) return { score: score.product, value, channels: true };
  const axes = score.region.axes(value.weights.name);
  if (!axes) return { score: score.product, value };
  const weights = floatWeights(subject, value.weights.name);
  const { atoms } = score.region;
  const site: Candidate = {
    subject,
    map,
    score,
    value,
    weights,
    role: roles(score, map, heads),
    get heads() {
      return atoms.resolve(heads);
    },
    fused: null,
  };
  return { site };
}
