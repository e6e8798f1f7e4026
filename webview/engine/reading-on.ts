/**
 * How a generation reads on from what earlier steps left. The graph itself may take caches; of a merged decoder the other branch does; beside
 * `decoder_model.onnx` it is a file of its own. The graph that reads on is found when the first step wants it.
 */
import { findAttention } from '../../model/attention/index.ts';
import { type CachePair, cachePairs } from '../../model/onnx/caches.ts';
import { type EncoderResult, type FeedPlan, type Feeds, type ModelConfig, makeFeeds, planFeeds } from '../../model/onnx/feeds.ts';
import { hasCacheBranch } from '../../model/onnx/flatten.ts';
import { Graph } from '../../model/onnx/graph.ts';
import { readSkeleton, type Skeleton } from '../../model/onnx/skeleton.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { DType } from '../../model/tensor.ts';
import type { OpenPart } from './opening.ts';
import type { Part } from './part.ts';
import type { OrtValues } from './runtime.ts';

export type ReadsOn =
  /** The graph of the runs takes and gives caches. */
  | { readonly how: 'itself'; readonly caches: readonly CachePair[] }
  /** Another graph does, whose weights have to be loaded besides. */
  | { readonly how: 'other'; readonly open: () => Promise<NextGraph> }
  /** Every step reads the whole text. */
  | { readonly how: 'not'; readonly reason: string };

/** The graph that reads on. */
export interface NextGraph {
  readonly part: Part;
  readonly caches: readonly CachePair[];
  /** Whether it reads the beginning of a text too, with empty caches. */
  readonly begins: boolean;
  /** The output of the graph of runs that holds the encoder's result, where it is given that and has no encoder of its own. */
  readonly memory: string | null;
  feeds(step: ReadParams): Feeds;
}

/** A step, as a graph that reads on is fed for it. */
export interface ReadParams {
  /** With the whole text. */
  readonly params: RunParams;
  readonly growing: Growing;
  /** How many of its tokens the caches hold. */
  readonly read: number;
  readonly given: OrtValues;
  readonly encoder: EncoderResult | null;
}

/** Which tokens grow from step to step. */
export type Growing = 'ids' | 'targetIds';

/** How a graph is fed that is given what has not been read yet, and nothing but caches of the rest. */
export function unreadFeeds(feeds: OpenPart['feeds']): NextGraph['feeds'] {
  return ({ params, growing, read, given, encoder }) => feeds(unread(params, growing, read, cacheShapes(given)), encoder);
}

function unread(params: RunParams, growing: Growing, read: number, raw: NonNullable<RunParams['raw']>): RunParams {
  const typeIds = growing === 'ids' && params.typeIds ? { typeIds: params.typeIds.slice(read) } : {};
  return { ...params, ...typeIds, [growing]: (params[growing] ?? []).slice(read), raw: { ...params.raw, ...raw } };
}

/** Caches as the parameters of a run have them: with their shapes only, their values stay with the runtime. */
function cacheShapes(given: OrtValues): NonNullable<RunParams['raw']> {
  const shapes = Object.entries(given).map(([past, { type, dims }]) => {
    return [past, { dtype: type as DType, shape: [...dims], data: new Float32Array(0) }] as const;
  });
  return Object.fromEntries(shapes);
}

/** The last graph of a model from files, the one whose tokens grow. */
interface Last {
  readonly part: OpenPart;
  readonly skeleton: Skeleton;
  readonly plan: FeedPlan;
}

const outputsOf = ({ found }: Part) => found.model.graph!.output.map(({ name }) => name);

/** @param file the file beside it that reads on, where there is one */
export async function readingOn(folder: ModelFolder, last: Last, file: string | undefined, config: ModelConfig): Promise<ReadsOn> {
  const { part, skeleton, plan } = last;
  const caches = cachePairs(plan, outputsOf(part));
  if (caches.length > 0) return { how: 'itself', caches };
  const firsts = outputsOf(part);
  if (hasCacheBranch(skeleton.graph)) return { how: 'other', open: async () => nextGraph(part, skeleton, firsts, config) };
  if (file !== undefined) return { how: 'other', open: async () => nextGraph(part, await readSkeleton(folder, file), firsts, config) };
  const takes = plan.inputs.some(({ role }) => role?.name === 'cache');
  const what = takes ? 'has caches of another form than [batch, heads, positions, width]' : 'was exported without a cache';
  return { how: 'not', reason: `This graph ${what}, so every step reads the whole text.` };
}

function nextGraph({ role, folder }: OpenPart, { path, model }: Skeleton, firsts: readonly string[], config: ModelConfig): NextGraph {
  const { model: prepared } = findAttention(model, { file: path, cached: true });
  const plan = planFeeds(new Graph(prepared.graph!), config);
  const part: Part = { name: path, folder, found: { model: prepared, sites: [], refused: [], warnings: [] } };
  const ofTarget = role === 'decoder' && !plan.inputs.some((input) => input.role?.name === 'targetIds');
  return {
    part,
    caches: cachePairs(plan, outputsOf(part), firsts),
    begins: false,
    memory: null,
    feeds: unreadFeeds((params, encoder) => makeFeeds(plan, ofTarget ? asOnlyText(params) : params, encoder)),
  };
}

/** A decoder that needs nothing of its encoder but caches calls its own tokens `input_ids`, and has no others. */
function asOnlyText({ attentionMask: _, targetIds, ...params }: RunParams): RunParams {
  return { ...params, ...(targetIds && { ids: targetIds }) };
}
