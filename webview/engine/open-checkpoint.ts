/** A model from a checkpoint: its graph is written from the configuration, its weights stay in the safetensors files. */
import { describeCheckpoint } from '../../model/architectures/describe.ts';
import { emitModel } from '../../model/architectures/emit.ts';
import { findAttention } from '../../model/attention/index.ts';
import { inputFacts, makeFeeds, planFeeds } from '../../model/onnx/feeds.ts';
import { readModelConfig } from '../../model/onnx/folder.ts';
import { Graph } from '../../model/onnx/graph.ts';
import { openCheckpoint } from '../../model/safetensors/checkpoint.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { OpenedFiles } from './opening.ts';

/**
 * @param entry a safetensors file or an index, or '' for the folder's own
 * @param given optional inputs that the run will give
 * @throws HeadlightError for a family that is not known, and whatever is wrong with configuration or weights
 */
export async function openWeights(folder: ModelFolder, entry: string, given: readonly string[]): Promise<OpenedFiles> {
  const checkpoint = await openCheckpoint(folder, entry);
  const { model, warnings } = emitModel(checkpoint, { given });
  const plan = planFeeds(new Graph(model.graph!), await readModelConfig(folder, checkpoint.weights));
  const part = {
    name: checkpoint.weights,
    role: 'model' as const,
    folder,
    found: findAttention(model),
    inputs: inputFacts(plan),
    problem: null,
    feeds: (params: Parameters<typeof makeFeeds>[1]) => makeFeeds(plan, params),
  };
  return { parts: [part], facts: describeCheckpoint(checkpoint), warnings };
}
