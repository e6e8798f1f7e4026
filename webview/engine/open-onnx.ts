/** A model from `.onnx` files: one graph, or an encoder and a decoder in files of their own. */
import { findAttention, type Site } from '../../model/attention/index.ts';
import { fileFacts } from '../../model/onnx/facts.ts';
import { type FeedPlan, inputFacts, type ModelConfig, makeFeeds, planFeeds } from '../../model/onnx/feeds.ts';
import { byPreference, type OnnxPart, onnxChoices, readModelConfig } from '../../model/onnx/folder.ts';
import { Graph } from '../../model/onnx/graph.ts';
import { roundingWarnings } from '../../model/onnx/roundings.ts';
import { readSkeleton, type Skeleton } from '../../model/onnx/skeleton.ts';
import type { ModelFacts } from '../../model/protocol/engine.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { DeviceChoice } from './device.ts';
import type { OpenedFiles, OpenPart } from './opening.ts';
import { paramsFor } from './params.ts';
import { breathe, type CancelSignal } from './queue.ts';
import { readingOn } from './reading-on.ts';
import { computeGraph } from './reference.ts';

interface OnnxOptions {
  /** Only that file, even where it is one of a pair. */
  readonly alone: boolean;
  readonly device: DeviceChoice;
  readonly token: CancelSignal | undefined;
}

/**
 * @param entry the file that was chosen, or '' for the folder's best
 * @throws HeadlightError what is wrong with a file
 */
export async function openOnnx(folder: ModelFolder, entry: string, { alone, device, token }: OnnxOptions): Promise<OpenedFiles> {
  const [choice] = byPreference(onnxChoices(folder, entry), device);
  const chosen = alone ? [{ role: roleOf(entry), path: entry }] : choice!.parts;
  const paired = chosen.length > 1;
  const config = await readModelConfig(folder, chosen[0]!.path);
  const opened: Opened[] = [];
  for (const part of chosen) {
    await breathe(token);
    opened.push(await openPart(folder, part, config, paired));
  }
  const parts = opened.map(({ part }) => part);
  const graphs = opened.map(({ graph }) => graph);
  const readsOn = await readingOn(folder, opened.at(-1)!, chosen.at(-1)!.next, config);
  const facts: ModelFacts = {
    path: chosen.map(({ path }) => path).join(' + '),
    format: 'onnx',
    ...attentionFacts(parts.flatMap(({ found }) => found.sites)),
    ...fileFacts(graphs, config),
  };
  return { parts, facts, warnings: graphs.flatMap(({ proto }) => roundingWarnings(proto)), config, readsOn };
}

/** What a file of a pair is by itself; its name says so. */
function roleOf(path: string): OnnxPart['role'] {
  const [, role] = /(?:^|\/)(encoder|decoder)_(?:model|with)/.exec(path) ?? [];
  return (role as OnnxPart['role'] | undefined) ?? 'model';
}

/** Layers of all stacks together; heads as the first site has them. */
function attentionFacts(sites: readonly Site[]): Pick<ModelFacts, 'layers' | 'heads' | 'kvHeads' | 'headDim'> {
  const first = sites[0];
  const layers = sites.filter(({ kind }) => kind !== 'cross').length || sites.length;
  return { layers, heads: first?.heads ?? 0, kvHeads: first?.kvHeads ?? 0, headDim: first?.headDim ?? null };
}

interface Opened {
  readonly part: OpenPart;
  /** As the file has it. */
  readonly skeleton: Skeleton;
  readonly graph: Graph;
  readonly plan: FeedPlan;
}

async function openPart(folder: ModelFolder, { role, path }: OnnxPart, config: ModelConfig, paired: boolean): Promise<Opened> {
  const skeleton = await readSkeleton(folder, path);
  const found = findAttention(skeleton.model, { file: path });
  const plan = planFeeds(new Graph(found.model.graph!), config);
  const part: OpenPart = {
    name: path,
    role,
    folder,
    found,
    inputs: inputFacts(plan),
    config,
    problem: skeleton.problems[0] ?? null,
    feeds: (params, encoder) => makeFeeds(plan, paramsFor(role, paired, params), encoder),
    compute: (feeds, call) => computeGraph(part, feeds, call),
  };
  return { part, skeleton, plan, graph: new Graph(skeleton.graph) };
}
