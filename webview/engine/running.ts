/** Runs all graphs of a model, one after another: a decoder gets what its encoder made. */
import { ambiguousNames, forgetNames } from '../../model/onnx/axis-names.ts';
import type { EncoderResult } from '../../model/onnx/feeds.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Loaded } from './loading.ts';
import type { OpenModel } from './opening.ts';
import type { RunOutputs } from './outputs.ts';
import type { CancelSignal } from './queue.ts';
import { type RanSite, Run } from './run.ts';

export type Encoded = EncoderResult;

/** What a decoder gets of its encoder: the last hidden states, and which of them count. */
export function encoderResult(states: Tensor, { attentionMask }: RunParams): Encoded {
  return { states, ...(attentionMask && { mask: attentionMask }) };
}

/**
 * Forgets, in a model's graph, names of axes that this run gives several lengths. Only for a graph by itself: a decoder's inputs are known when its
 * encoder has run.
 * @returns whether there were any: a session that was made before is wrong
 */
export function tellAxesApart({ parts }: OpenModel, params: RunParams): boolean {
  const [part] = parts;
  if (parts.length > 1 || !part) return false;
  const graph = part.found.model.graph!;
  const shapes = new Map(Object.entries(part.feeds(params, null).feeds).map(([name, { shape }]) => [name, shape]));
  const names = ambiguousNames(graph, shapes);
  forgetNames(graph, names);
  return names.size > 0;
}

export interface RunDone {
  readonly run: Run;
  /** What each part returned. */
  readonly outputs: readonly RunOutputs[];
  /** What each part was fed with. */
  readonly feeds: readonly Readonly<Record<string, Tensor>>[];
  readonly warnings: readonly string[];
}

export async function runModel(model: OpenModel, { parts }: Loaded, params: RunParams, signal: CancelSignal | undefined): Promise<RunDone> {
  const outputs: RunOutputs[] = [];
  const feeds: Readonly<Record<string, Tensor>>[] = [];
  const warnings: string[] = [];
  let encoder: Encoded | null = null;
  try {
    for (const [index, part] of model.parts.entries()) {
      const made = part.feeds(params, encoder);
      warnings.push(...made.warnings);
      feeds.push(made.feeds);
      const ran = await parts[index]!.run(made.feeds, signal);
      outputs.push(ran);
      if (part.role === 'encoder') encoder = encoderResult(await ran.tensor(part.found.model.graph!.output[0]!.name), params);
    }
  } catch (error) {
    for (const ran of outputs) ran.dispose();
    throw error;
  }
  const sites = model.sites.map(({ facts, site, part }): RanSite => ({ facts, site, part: parts[part]!, outputs: outputs[part]! }));
  return { run: new Run(sites, outputs, model.outputNames), outputs, feeds, warnings: [...new Set(warnings)] };
}
