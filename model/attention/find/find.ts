/** Finds every place of attention in a model, and says of what looks like one why it is none. */

import { flattenIf } from '../../onnx/flatten.ts';
import { inlineFunctions } from '../../onnx/inline.ts';
import type { onnx } from '../../onnx/proto.js';
import { copyModel } from '../../onnx/wire.ts';
import type { Refusal, SiteKind } from '../../protocol/engine.ts';
import { uniqueNames } from '../graph/names.ts';
import { plainRows } from '../graph/packed-rows.ts';
import { type Fused, layOpen } from '../lower/lower.ts';
import type { OperatorFacts } from '../lower/types.ts';
import type { Found, Site } from '../types.ts';
import { type Candidate, examine } from './candidate.ts';
import { factsOf, type PlaceFacts } from './facts.ts';
import { Subject } from './graph.ts';
import { type Place, pieces, places } from './group.ts';
import { kinds } from './kinds.ts';
import { laidOpenCandidate } from './laid-open.ts';
import { normalisedMaps } from './maps.ts';
import type { Plan } from './plan.ts';
import { refuseMap, refusePieces, refuseProducts, refuseStates } from './refuse.ts';
import { refuseUnknown } from './unknown.ts';
import { moduleOf, nodeName, siteWords } from './words.ts';

export interface FindOptions {
  /** The file's name: a lone `encoder_model.onnx` is an encoder, which its graph does not say. */
  readonly file?: string;
  /** Puts plain operators in the place of every fused attention operator: for a runtime that refused to run them. */
  readonly unfuse?: boolean;
  /** Takes the branch that reads on from a cache, in a file that has both. */
  readonly cached?: boolean;
}

interface Examined {
  readonly found: Candidate[];
  /** With those that are pieces of a place. */
  readonly all: Candidate[];
  readonly refused: Refusal[];
}

function examineAll(subject: Subject, fused: readonly Fused[]): Examined {
  const found = fused.map((f) => laidOpenCandidate(subject, f)).filter((c) => c !== null);
  const laid = new Set(found.map((c) => c.map.output));
  const refused: Refusal[] = [];
  for (const map of normalisedMaps(subject)) {
    if (laid.has(map.output)) continue;
    const outcome = examine(subject, map);
    if (outcome && 'site' in outcome) found.push(outcome.site);
    const no = refuseMap(subject, map, outcome);
    if (no) refused.push(no);
  }
  const parts = pieces(subject, found);
  const whole = found.filter((c) => !parts.has(c)).sort((a, b) => a.map.ref.order - b.map.ref.order);
  return { found: whole, all: found, refused: [...refused, ...refusePieces([...parts])] };
}

function headsOf(place: Place): number {
  const { parts } = place.variants[0]!;
  return parts.length > 1 ? parts.length : parts[0]!.heads.reduce((n, a) => n * a.size, 1);
}

/** What the operator says of itself, and what its masks show besides. */
function withOperator(own: PlaceFacts, operator: OperatorFacts): PlaceFacts {
  return { ...own, ...operator, causal: operator.causal || own.causal, window: operator.window ?? own.window };
}

function siteOf(subject: Subject, place: Place, kind: SiteKind, layer: number): Site {
  const first = place.variants[0]!.parts[0]!;
  const { fused } = first;
  const own = factsOf(first);
  const facts = fused ? withOperator(own, fused.lowered.facts) : own;
  const heads = headsOf(place);
  const node = fused?.node ?? first.map.ref.node;
  const plan: Plan = { kind: 'plan', subject, place, fused, after: own.after };
  const split = place.variants[0]!.parts.length > 1;
  return {
    key: `${kind}/${layer}`,
    kind,
    layer,
    heads,
    kvHeads: split ? heads : facts.kvHeads,
    headDim: facts.headDim,
    how: fused ? 'recomputed' : 'read',
    causal: facts.causal,
    window: facts.window,
    sink: facts.sink,
    scale: facts.scale,
    softcap: facts.softcap,
    qk: true,
    node: nodeName(node),
    where: siteWords(kind, layer, node),
    plan,
  };
}

function warningsOf(fused: readonly Fused[]): string[] {
  const reasons = new Map<string, number>();
  for (const { lowered } of fused) if (lowered.replaces) reasons.set(lowered.replaces, (reasons.get(lowered.replaces) ?? 0) + 1);
  return [...reasons].map(
    ([reason, n]) => `${n} fused operator${n > 1 ? 's were' : ' was'} replaced by plain operators of the same formula: ${reason}.`,
  );
}

/**
 * Every place of attention of a model. The model given stays as it is; the one returned is prepared for probing.
 */
export function findAttention(model: onnx.ModelProto, options: FindOptions = {}): Found {
  const prepared = copyModel(model);
  inlineFunctions(prepared);
  flattenIf(prepared, options.cached);
  uniqueNames(prepared);
  plainRows(prepared);
  const { fused, refused } = layOpen(prepared, moduleOf, options.unfuse);
  const subject = new Subject(prepared);
  const examined = examineAll(subject, fused);
  const { places: list, unknownTurns } = places(subject, examined.found);
  const kind = kinds(subject, list, options.file ?? '');
  const counts = new Map<SiteKind, number>();
  const sites = list.map((place, i) => {
    const layer = counts.get(kind[i]!) ?? 0;
    counts.set(kind[i]!, layer + 1);
    return siteOf(subject, place, kind[i]!, layer);
  });
  const taken = new Set(examined.all.flatMap((c) => [c.score.product.output, c.value.product.output]));
  const loops = unknownTurns.map((v) => ({
    where: moduleOf(v.parts[0]!.map.ref.node),
    reason: 'attention inside a loop whose number of turns only a run tells',
  }));
  return {
    model: prepared,
    sites,
    refused: [
      ...refused,
      ...examined.refused,
      ...refuseProducts(subject, taken),
      ...refuseStates(subject),
      ...refuseUnknown(subject),
      ...loops,
    ],
    warnings: warningsOf(fused),
  };
}
