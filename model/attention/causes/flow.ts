/**
 * The way of the tokens through a graph: what is computed from them on the way to the answer, and the values that all of it passes through.
 *
 * In a transformer those values are the residual stream between its blocks: q, k, v and the feed-forward network branch off and come back, and
 * masks, positions and lengths are no part of the way. They are the articulation points of the directed graph from the embeddings to the answer.
 */
import type { Subject } from '../find/graph.ts';
import { TYPE } from '../graph/constants.ts';
import type { Step, Steps } from './steps.ts';

/** Types that ids have; a comparison of ids makes masks, which are no part of the way. */
const IDS: ReadonlySet<number> = new Set([TYPE.int64, TYPE.int32]);
const FLOATS: ReadonlySet<number> = new Set([TYPE.float, TYPE.float16, TYPE.bfloat16, TYPE.double]);

/** Inputs whose numbers are the text or the picture: ids of the stack that answers, or what stands in their place. */
const READ = /^(decoder_)?(input_ids|inputs?|inputs_embeds|ids|tokens|pixel_values|input_features|input_values)$/;
const ASIDE = /mask|position|type|segment|past|cache|mems|encoder_hidden|encoder_outputs|use_/i;

/** The inputs where the way begins. An encoder–decoder's answer begins with the decoder's ids. */
function sources(subject: Subject): string[] {
  const inputs = [...subject.view.inputs.keys()];
  const read = inputs.filter((name) => READ.test(name));
  const decoder = read.filter((name) => name.startsWith('decoder_'));
  if (decoder.length > 0) return decoder;
  return read.length > 0 ? read : inputs.filter((name) => !ASIDE.test(name));
}

/** The values that are the tokens' own: everything that is computed from their embedding. */
class Way {
  readonly values = new Set<string>();
  private readonly ids = new Set<string>();

  constructor(private readonly steps: Steps) {
    for (const name of sources(steps.subject)) {
      const type = steps.subject.fact(name)?.type ?? 0;
      if (IDS.has(type)) this.ids.add(name);
      if (FLOATS.has(type)) this.values.add(name);
    }
    for (const step of steps.list) this.pass(step);
  }

  private pass({ node, reads }: Step): void {
    const outputs = node.output.filter(Boolean);
    if (reads.some((name) => this.values.has(name))) {
      for (const output of outputs) if (this.isData(output)) this.values.add(output);
    } else if (reads.some((name) => this.ids.has(name))) this.fromIds(node, outputs);
  }

  /** Ids stay ids through copies and casts; looked up in a table they become the tokens' vectors. */
  private fromIds(node: Step['node'], outputs: readonly string[]): void {
    const { subject } = this.steps;
    const isLookUp =
      /^Gather|^Embed/.test(node.opType) && node.input.some((name) => subject.isWeight(name) && (subject.shape(name)?.length ?? 0) === 2);
    for (const output of outputs) {
      if (subject.fact(output)?.data === false) continue;
      if (isLookUp && output === outputs[0]) this.values.add(output);
      else if (IDS.has(subject.fact(output)?.type ?? 0)) this.ids.add(output);
    }
  }

  private isData(name: string): boolean {
    const fact = this.steps.subject.fact(name);
    return fact === undefined || (fact.data && fact.type !== TYPE.bool);
  }
}

/** Every value that is computed from the tokens' vectors. */
export function flowOf(steps: Steps): ReadonlySet<string> {
  return new Way(steps).values;
}

/** The steps between the tokens and one value, in execution order. */
function between(steps: Steps, values: ReadonlySet<string>, end: string): Step[] {
  const needed = new Set<Step>();
  const visit = [end];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    const step = steps.makerOf(name);
    if (!step || needed.has(step) || !values.has(name)) continue;
    needed.add(step);
    visit.push(...step.reads);
  }
  return steps.list.filter((step) => needed.has(step));
}

/** A value that everything passes through, and the step that makes it. */
export interface Cut {
  readonly name: string;
  readonly step: Step;
}

/**
 * The values that everything passes through between the tokens and `answer`, in the order in which they are computed; `answer` is the last one.
 * In a topological order a value is such a point when no earlier value is still needed after it.
 * Empty where no way from the tokens to the answer is found in the main graph (layers inside of a loop).
 */
export function cutsBefore(steps: Steps, answer: string): Cut[] {
  const values = flowOf(steps);
  const way = between(steps, values, answer);
  const last = new Map<string, number>();
  for (const [at, { reads }] of way.entries()) for (const name of reads) if (values.has(name)) last.set(name, at);
  const made = new Set(way.flatMap(({ node }) => node.output));
  // Tokens may enter more than once (words, positions, segments): before the last of them nothing holds everything.
  let reach = way.findLastIndex(({ reads }) => reads.every((name) => !values.has(name) || !made.has(name)));
  const cuts: Cut[] = [];
  for (const [at, step] of way.entries()) {
    const outputs = step.node.output.filter((name) => name === answer || last.has(name));
    if (reach <= at && outputs.length === 1) cuts.push({ name: outputs[0]!, step });
    for (const name of outputs) reach = Math.max(reach, last.get(name) ?? at);
  }
  return cuts;
}
