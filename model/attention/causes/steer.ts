/**
 * A graph that can be asked "what if": with inputs that turn every head, outputs that hold one answer, and the residual stream between the layers.
 * One session serves every question; what the file returns under its own names is left out.
 */
import type { onnx } from '../../onnx/proto.js';
import type { Refusal } from '../../protocol/engine.ts';
import type { Subject } from '../find/graph.ts';
import { planOf } from '../find/plan.ts';
import { Builder, valueInfo } from '../graph/builder.ts';
import { type Clone, cloneModel } from '../graph/clone.ts';
import { TYPE } from '../graph/constants.ts';
import { turn, turnable } from '../probe/turn.ts';
import type { Found, Site } from '../types.ts';
import type { AnswerOutput } from './answers.ts';
import { splitNode } from './steps.ts';
import { isValued, valueNorms } from './values.ts';

/** The inputs that turn the heads of a site: float32 [H]. See `turn`: gain 1 and even 0 change nothing. */
export interface Knobs {
  readonly key: string;
  readonly heads: number;
  readonly gain: string;
  readonly even: string;
}

export interface Steered {
  readonly model: onnx.ModelProto;
  readonly knobs: readonly Knobs[];
  /** Sites whose heads cannot be turned. */
  readonly refused: readonly Refusal[];
  /** Input, int64 [1]: the position that is asked about. Null where no answer has positions. */
  readonly row: string | null;
  /** Output name by the answer's own: float32 logits [B, V]. */
  readonly answers: ReadonlyMap<string, string>;
  /** Output names of the states that were asked for, in their order. */
  readonly states: readonly string[];
  /** Output name by the site's key: ‖v·W_O‖ of every key, float32 [B, H, S]. */
  readonly norms: ReadonlyMap<string, string>;
}

/** What is wanted of the graph. */
export interface Wanted {
  readonly answers: readonly AnswerOutput[];
  /** Values that become outputs: `stackOf`'s states. */
  readonly states: readonly string[];
  /** Outputs of the file that stay: what a decoder reads of its encoder. */
  readonly keep: readonly string[];
  /** Whether `valueNorms` become outputs. */
  readonly norms: boolean;
}

export { isValued, turnable };

/** The prepared graph with what is known of it, or null where no attention was found in it. */
export function subjectOf({ sites: [site] }: Found): Subject | null {
  return site ? planOf(site).subject : null;
}

/** Inputs for every site that can be turned; a site that cannot leaves the graph as it was. */
function addKnobs(clone: Clone, sites: readonly Site[]): Pick<Steered, 'knobs' | 'refused'> {
  const knobs: Knobs[] = [];
  const refused: Refusal[] = [];
  for (const site of sites) {
    const { key, heads, where } = site;
    const own: Knobs = { key, heads, gain: `headlight/${key}/gain`, even: `headlight/${key}/even` };
    const reason = turnable(site);
    if (reason !== null) {
      refused.push({ where, reason });
      continue;
    }
    turn(clone, site, own);
    knobs.push(own);
    for (const name of [own.gain, own.even]) clone.model.graph!.input.push(valueInfo(name, TYPE.float, [heads]));
  }
  return { knobs, refused };
}

/** The logits of the position that is asked about, as float32 [B, V]. */
function addAnswer(b: Builder, { output, logits, positions }: AnswerOutput, row: string): string {
  const name = `headlight/answer/${output}`;
  const chosen = positions ? b.op('Squeeze', [b.op('Gather', [logits, row], { axis: 1 }), b.ints(1)]) : logits;
  b.rename(b.cast(chosen, TYPE.float), name);
  return name;
}

function addNorms(b: Builder, site: Site): [string, string][] {
  const norms = valueNorms(b, site);
  if (norms === null) return [];
  const name = `headlight/${site.key}/value-norms`;
  b.rename(norms, name);
  return [[site.key, name]];
}

/**
 * @param found as `findAttention` returned it
 */
export function steer(found: Found, { answers, states, keep, norms: wantsNorms }: Wanted): Steered {
  const { model, sites } = found;
  const subject = subjectOf(found);
  const clone = cloneModel(model);
  const graph = clone.model.graph!;
  const { knobs, refused } = addKnobs(clone, sites);
  graph.node = graph.node.flatMap((node) => splitNode(node) as onnx.NodeProto[]);
  const b = new Builder('headlight/what-if', subject?.view.opset() ?? 0);
  const row = answers.some(({ positions }) => positions) ? 'headlight/row' : null;
  if (row) graph.input.push(valueInfo(row, TYPE.int64, [1]));
  const outputs = new Map(answers.map((answer) => [answer.output, addAnswer(b, answer, row ?? '')]));
  const kept = states.map((state, i) => {
    const name = `headlight/state/${i}`;
    b.rename(b.op('Identity', [state]), name);
    return name;
  });
  const norms = new Map(wantsNorms ? sites.flatMap((site) => addNorms(b, site)) : []);
  graph.node.push(...b.nodes);
  graph.initializer.push(...b.initializers);
  const types = states.map((state) => subject?.fact(state)?.type || TYPE.float);
  graph.output = [
    ...graph.output.filter(({ name }) => keep.includes(name)),
    ...[...outputs.values()].map((name) => valueInfo(name, TYPE.float)),
    ...kept.map((name, i) => valueInfo(name, types[i]!)),
    ...[...norms.values()].map((name) => valueInfo(name, TYPE.float)),
  ];
  return { model: clone.model, knobs, refused, row, answers: outputs, states: kept, norms };
}
