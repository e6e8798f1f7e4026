/** A model run by the reference: plain TypeScript, operator by operator, nothing of the runtime. */
import { instrument, type Weights, weightsOf } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
import { onnx } from '../../model/onnx/proto.js';
import { ReferenceModel } from '../../model/ops/evaluate.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { EngineCall } from './engine.ts';
import type { Computed, OpenModel, OpenSite } from './opening.ts';
import type { Part } from './part.ts';
import { breathe } from './queue.ts';
import { type Encoded, encoderResult } from './running.ts';

/** Longest time between two breaths, but for a single node that takes longer. */
const BREATH_MS = 50;

/** A graph from a file, evaluated with its attention weights as outputs. */
export async function computeGraph(
  { found, folder, name }: Part,
  feeds: Readonly<Record<string, Tensor>>,
  call: EngineCall,
): Promise<Computed> {
  const { model, taps } = instrument(found.model, found.sites, 'weights');
  const reference = new ReferenceModel({ model }, folder);
  assertKnown(reference, name);
  const values = await reference.run(feeds, { onNode: lookAround(call) });
  const outputs = new Map(found.model.graph!.output.map((output) => [output.name, values.get(output.name)!]));
  return { outputs, weights: new Map(taps.map((tap) => [tap.key, weightsOf(tap, values)])) };
}

/** Who looks on while a model is computed by the reference; nothing that is handed over is kept for it. */
export interface Onlooker {
  /** Values of a part's graph that are to be handed over. */
  watched(part: number): Iterable<string>;
  onValue(part: number, name: string, value: Tensor): Promise<void>;
  onWeights(site: OpenSite, weights: Weights): Promise<void>;
}

/**
 * All graphs of a model in the reference, one after another, each operator once: values are handed over as they are computed, so that never more is
 * held than one layer needs.
 * @returns the model's outputs by name. @throws HeadlightError `unsupported`, `input`, `cancelled`
 */
export async function watchModel(model: OpenModel, params: RunParams, onlooker: Onlooker, call: EngineCall): Promise<Map<string, Tensor>> {
  const all = new Map<string, Tensor>();
  let encoder: Encoded | null = null;
  for (const [index, part] of model.parts.entries()) {
    const { feeds } = part.feeds(params, encoder);
    const outputs = await watchGraph(model, index, feeds, onlooker, call);
    for (const [name, value] of outputs) all.set(name, value);
    if (part.role === 'encoder') encoder = encoderResult([...outputs.values()][0]!, params);
  }
  return all;
}

async function watchGraph(
  { parts, sites }: OpenModel,
  part: number,
  feeds: Readonly<Record<string, Tensor>>,
  onlooker: Onlooker,
  call: EngineCall,
): Promise<Map<string, Tensor>> {
  const { found, folder, name } = parts[part]!;
  const { model, taps } = instrument(found.model, found.sites, 'weights');
  const reference = new ReferenceModel({ model: withTapsAtOnce(model, found.model.graph!.node.length) }, folder);
  assertKnown(reference, name);
  const wanted = new Set(onlooker.watched(part));
  const onValue = async (value: string, tensor: Tensor) => {
    if (wanted.has(value)) await onlooker.onValue(part, value, tensor);
    for (const tap of taps.filter(({ weights }) => weights[0] === value)) {
      const site = sites.find((one) => one.part === part && one.site.key === tap.key);
      if (site) await onlooker.onWeights(site, weightsOf(tap, new Map([[value, tensor]])));
    }
  };
  const watched = new Set([...wanted, ...taps.flatMap(({ weights }) => weights)]);
  const values = found.model.graph!.output.map((output) => output.name);
  return reference.run(feeds, { values, outputs: false, watched, onValue, onNode: lookAround(call) });
}

/**
 * What reads the weights of attention stands behind the whole graph, and would hold them all until then: it is put where they are computed.
 * @param own number of nodes of the graph itself
 */
export function withTapsAtOnce(model: onnx.ModelProto, own: number): onnx.ModelProto {
  const { node } = model.graph!;
  const places = new Map<string, number>();
  const order = node.map((one, index) => {
    const place = index < own ? index : Math.max(-1, ...one.input.map((input) => places.get(input) ?? -1));
    for (const output of one.output) places.set(output, place);
    return { one, place };
  });
  const sorted = order.sort((a, b) => a.place - b.place).map(({ one }) => one);
  return onnx.ModelProto.create({ ...model, graph: onnx.GraphProto.create({ ...model.graph!, node: sorted }) });
}

/** @throws HeadlightError `unsupported` for the first operator of a graph that the reference has not */
export function assertKnown(reference: ReferenceModel, name: string): void {
  const [lacking] = reference.lacking();
  if (!lacking) return;
  const operator = [lacking.domain, lacking.operator].filter(Boolean).join('::');
  throw new HeadlightError('unsupported', `${name}: the reference does not know ${operator} (${lacking.node}). Run the model without it.`);
}

/** Lets others have a turn now and then: a cancel is heard, progress is said. */
export function lookAround(call: EngineCall): (node: unknown, done: number, total: number) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async (_, done, total) => {
    if (performance.now() - last < BREATH_MS) return;
    call.progress?.(done / total, 'computing the reference');
    await breathe(call.token);
    last = performance.now();
  };
}

export interface ReferenceRun {
  readonly sites: readonly { readonly site: OpenSite; readonly weights: Weights }[];
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly warnings: readonly string[];
}

/**
 * All graphs of a model in the reference, one after another.
 * @throws HeadlightError `unsupported`, `input`, `cancelled`
 */
export async function computeModel(model: OpenModel, params: RunParams, call: EngineCall = {}): Promise<ReferenceRun> {
  const computed: Computed[] = [];
  const warnings: string[] = [];
  let encoder: Encoded | null = null;
  for (const part of model.parts) {
    const made = part.feeds(params, encoder);
    warnings.push(...made.warnings);
    const result = await part.compute(made.feeds, call);
    computed.push(result);
    if (part.role === 'encoder') encoder = encoderResult([...result.outputs.values()][0]!, params);
  }
  const sites = model.sites.map((one) => ({ site: one, weights: computed[one.part]!.weights.get(one.site.key) ?? missing(one) }));
  return { sites, outputs: new Map(computed.flatMap(({ outputs }) => [...outputs])), warnings: [...new Set(warnings)] };
}

function missing({ facts }: OpenSite): never {
  throw new HeadlightError('internal', `The reference has no attention called ${facts.key}.`);
}
