/** A model run by the reference: plain TypeScript, operator by operator, nothing of the runtime. */
import { instrument, type Weights, weightsOf } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
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
