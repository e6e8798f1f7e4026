/**
 * What the rooms share about attention in a graph. Letters: B batch, H query heads, G key/value heads, T query length, S key length, d head dimension.
 *
 * The way of one model:
 *
 *     findAttention(skeleton) → { model, sites, refused, warnings }     model: the prepared graph (functions inlined, fused operators laid open)
 *     instrument(model, sites, 'weights' | 'vectors') → { model, taps } the same graph with more outputs; what the file returns is unchanged
 *     run → weightsOf / thumbnailsOf / vectorsOf / checkOf (tap, outputs)
 *     headModel(model, site, tap) → a small graph that turns kept q and k into one head's weights
 */
import type { onnx } from '../onnx/proto.js';
import type { Refusal, SiteFacts } from '../protocol/engine.ts';
import type { Tensor } from '../tensor.ts';

export type { Refusal, SiteFacts };

/** A place where the model attends, with what probing it needs. `plan` belongs to this folder. */
export interface Site extends SiteFacts {
  readonly plan: SitePlan;
}

/** Opaque outside of model/attention. */
export interface SitePlan {
  readonly kind: 'plan';
}

export interface Found {
  /** The prepared graph: hand this one (not the file's) to `instrument`, `headModel` and `ablate`. Weights stay where the skeleton says. */
  readonly model: onnx.ModelProto;
  readonly sites: readonly Site[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
}

export type Keep = 'weights' | 'vectors' | 'both';

/** What to fetch for one site, by output name of the instrumented graph. Sites of one Loop share names. */
export interface Tap {
  readonly key: string;
  /** For `weightsOf`; empty when q and k are kept instead. */
  readonly weights: readonly string[];
  /** For `thumbnailsOf`: weights pooled by maximum in the graph; null when weights are kept. */
  readonly thumbnails: string | null;
  /** Sum of every row of weights, [B, H, T], summed in the graph; null when weights are kept alone. */
  readonly sums: string | null;
  /** For `vectorsOf`: the operands of the score product; null when the site has none or weights are kept. */
  readonly q: string | null;
  readonly k: string | null;
  /** Everything `headModel` is fed with from this run (q, k, and small things: mask rows, slopes, lengths); empty when weights are kept. */
  readonly kept: readonly string[];
  /** A scalar: the largest |weights·V − the operator's own output|; null for weights that are read. */
  readonly check: string | null;
  /** Opaque outside of model/attention. */
  readonly layout: TapLayout;
}

/** Opaque outside of model/attention. */
export interface TapLayout {
  readonly kind: 'layout';
}

export interface Instrumented {
  readonly model: onnx.ModelProto;
  readonly taps: readonly Tap[];
}

/** All heads of a site: [B, H, T, S], row-major. */
export interface Weights {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly data: Float32Array;
}

/** Pooled weights of all heads: [B, H, rows, columns], rows and columns ≤ 32. */
export interface PooledWeights {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** q [B, H, T, d] and k [B, H, S, d] as the score product gets them. */
export interface Vectors {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly q: Float32Array;
  readonly k: Float32Array;
  /** Factor still to be applied to q·k before softmax, or null when only the graph knows. */
  readonly scale: number | null;
}

/**
 * A small graph for one head of a site. One session serves all its heads. Inputs: those in `feeds` (input name → output name of the
 * instrumented run, to be handed over as they are, on the CPU or on the GPU), and two int64 tensors of shape [1], `head` and `batch`.
 * Outputs: `weights` [T, S] and `scores` [T, S] (logits before softmax, masked), float32.
 */
export interface HeadModel {
  readonly model: onnx.ModelProto;
  readonly feeds: ReadonlyMap<string, string>;
  readonly head: 'head';
  readonly batch: 'batch';
  readonly weights: 'weights';
  readonly scores: 'scores';
}

/** Outputs of a run by name. */
export type Outputs = ReadonlyMap<string, Tensor>;

/** What `ablate` does to heads: off (no output), mean (every key alike), or a factor on the head's output. */
export interface Ablation {
  readonly key: string;
  /** Heads from 0; left out: all heads of the layer. */
  readonly heads?: readonly number[];
  readonly how: 'zero' | 'mean' | number;
}

export type FindAttention = (model: onnx.ModelProto) => Found;
export type Instrument = (model: onnx.ModelProto, sites: readonly Site[], keep: Keep) => Instrumented;
export type WeightsOf = (tap: Tap, outputs: Outputs) => Weights;
export type ThumbnailsOf = (tap: Tap, outputs: Outputs) => PooledWeights;
export type VectorsOf = (tap: Tap, outputs: Outputs) => Vectors;
/** Null where nothing had to be recomputed. */
export type CheckOf = (tap: Tap, outputs: Outputs) => number | null;
/** Null where a head's weights cannot be rebuilt from q and k: then keep the weights. */
export type MakeHeadModel = (model: onnx.ModelProto, site: Site, tap: Tap) => HeadModel | null;
export type Ablate = (model: onnx.ModelProto, sites: readonly Site[], ablations: readonly Ablation[]) => onnx.ModelProto;
