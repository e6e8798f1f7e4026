/**
 * What the engine offers: the page asks the worker (and `npm run inspect` asks the same code in Node).
 * Letters: B batch, H query heads, G key/value heads, T query length, S key length, d head dimension, D width, V vocabulary, L layers.
 */

import type { Heard } from '../audio/listen.ts';
import type { ErrorCode } from '../errors.ts';
import type { Positions } from '../positions/types.ts';
import type { Edit, EditSide } from '../predictions/edits.ts';
import type { Shares } from '../predictions/shares.ts';
import type { FileEntry } from '../source.ts';
import type { Tensor } from '../tensor.ts';
import type { StepDifference, WalkRequests } from './walk.ts';

/** `self` in models of one stack; an encoder–decoder has `encoder`, `decoder`, `cross`; two towers have `vision` and `text`. */
export type SiteKind = 'self' | 'encoder' | 'decoder' | 'cross' | 'vision' | 'text';

/** How the weights that are shown were had. */
export type How = 'read' | 'recomputed' | 'computed';

/** A model as the user chose it. `entry` is the file that was opened, or '' for a whole folder. */
export interface ModelFiles {
  /** Stable identity: the URI of file or folder. */
  readonly id: string;
  readonly name: string;
  readonly entry: string;
  readonly files: readonly FileEntry[];
  /** Forms that the user may choose among, where there is more than one. */
  readonly forms?: number;
}

export interface ModelFacts {
  readonly path: string;
  readonly format: 'onnx' | 'safetensors';
  /** Family in words, `unknown` when neither config nor graph tells. */
  readonly architecture: string;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number | null;
  readonly parameters: number;
  /** Element type of most weights. */
  readonly dtype: string;
  /** In words (`int8 dynamic`, `4-bit blocks of 32`), or null. */
  readonly quantization: string | null;
  /** What the model knows about order, in words (`learned`, `rotary`, …), or null when not found. */
  readonly positions: string | null;
  /** Longest input in tokens, or null when nothing says so. */
  readonly maxTokens: number | null;
  readonly vocabulary: number | null;
}

/** One place where the model attends. */
export interface SiteFacts {
  /** `<kind>/<layer>`, unique in the model. */
  readonly key: string;
  readonly kind: SiteKind;
  /** Counts from 0 within its kind. */
  readonly layer: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number | null;
  readonly how: How;
  /** True where a query never sees later keys. */
  readonly causal: boolean;
  /** Keys further back than this are never looked at; null for no window. */
  readonly window: number | null;
  /** True where a row may sum to less than 1 because a sink takes the rest. */
  readonly sink: boolean;
  /** Factor on q·k before softmax, or null when the graph computes it. */
  readonly scale: number | null;
  /** Cap c of c·tanh(x/c) on the logits, or null. */
  readonly softcap: number | null;
  /** Whether q and k can be had, for neurons and for weights on demand. */
  readonly qk: boolean;
  /** The node that holds it, as the file names it. */
  readonly node: string;
  /** Where in the model, in words: `encoder · layer 3 · self-attention`. */
  readonly where: string;
}

export interface Refusal {
  readonly where: string;
  readonly reason: string;
  readonly advice?: string;
}

export interface OpenResult {
  readonly model: ModelFacts;
  readonly sites: readonly SiteFacts[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
  /** `config.json` with what only `generation_config.json` says beneath it, or null where there is none. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Names of the outputs. */
  readonly outputs: readonly string[];
  /** Inputs of the graph that a run fills by itself or must be given. */
  readonly inputs: readonly InputFacts[];
  /** Why the model can be shown but not run, or null. */
  readonly problem: WireError | null;
  /** Where a run will try to run first. */
  readonly device: Device;
  readonly timingsMs: { readonly open: number };
}

export interface InputFacts {
  readonly name: string;
  readonly dtype: string;
  /** A number is a fixed length, a string the name of a free one. */
  readonly shape: readonly (number | string)[];
  /** In words, how it is filled; null when only the user can say. */
  readonly filledBy: string | null;
}

export type Device = 'webgpu' | 'wasm';

/** What goes into a run. Ids are those of the tokenizer, pixel values already preprocessed. Shapes [1, T], [1, C, height, width]. */
export interface RunParams {
  readonly ids?: readonly number[];
  /** Segment of each token, for models with token types. */
  readonly typeIds?: readonly number[];
  /** 1 = attend. Left out: all ones. */
  readonly attentionMask?: readonly number[];
  /** Ids of the decoder of an encoder–decoder. */
  readonly targetIds?: readonly number[];
  readonly pixelValues?: Tensor;
  /** Log-mel features of a speech model. */
  readonly features?: Tensor;
  /** Raw inputs by name; they win over everything above. */
  readonly raw?: Readonly<Record<string, Tensor>>;
}

export interface RunResult {
  /** Number of this run; later requests name it. */
  readonly run: number;
  readonly sites: readonly SiteRun[];
  /** Sites that were found and run, but whose recomputed weights do not lead to what their operator gave. */
  readonly refused: readonly Refusal[];
  readonly outputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly device: Device;
  /** Why the device is not the first choice, or null. */
  readonly fallback: string | null;
  readonly runMs: number;
  /** What loading the model for this run took; 0 when it was loaded already. */
  readonly createMs: number;
  readonly warnings: readonly string[];
}

export interface SiteRun {
  readonly key: string;
  /** B of the weights: 1 for text, B · windows for windowed models. */
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /**
   * Largest |1 − Σ row| over rows that see something; where a sink may take the rest, what a row has beyond 1. Over all heads; null
   * where neither the weights nor the sums of their rows were kept.
   */
  readonly rowSumError: number | null;
  /** Largest |weights·V − the operator's own output| ÷ largest |output| of recomputed weights, null for weights that are read. */
  readonly checkError: number | null;
}

/** Pictures of all heads of a site: weights pooled by maximum into at most 32 × 32 cells. */
export interface Thumbnails {
  readonly key: string;
  readonly heads: number;
  readonly rows: number;
  readonly columns: number;
  /** [H, rows, columns] */
  readonly data: Float32Array;
}

/** All weights of one head, [T, S], as the model used them. */
export interface HeadWeights {
  readonly key: string;
  readonly head: number;
  readonly queries: number;
  readonly keys: number;
  readonly weights: Float32Array;
}

/** Logits of one head before softmax, scaled and masked, [T, S]. */
export interface HeadScores {
  readonly key: string;
  readonly head: number;
  readonly queries: number;
  readonly keys: number;
  readonly scores: Float32Array;
}

/** q [T, d] and k [S, d] of one head after rotation and normalisation, and what turns q·k into the weight. */
export interface HeadVectors {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly headDim: number;
  readonly scale: number | null;
}

/** Error as it crosses a message border. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** How far values of a run are from the reference's. */
export interface Difference {
  /** max |value − reference|; NaN where one of the two is no finite number and the other is not the same. */
  readonly largest: number;
  /** max |reference| of the finite values, what the difference is measured by. */
  readonly scale: number;
}

/** A run against the reference. */
export interface Comparison {
  /** Weights of all heads. */
  readonly sites: readonly ({ readonly key: string } & Difference)[];
  readonly outputs: readonly ({ readonly name: string } & Difference)[];
  /** Every step of the walk, in order. */
  readonly steps: readonly StepDifference[];
  readonly referenceMs: number;
}

/** One step of generation. */
export interface StepParams {
  /** What the model reads. The tokens that grow from step to step are `targetIds` where there is a decoder of its own, else `ids`. */
  readonly params: RunParams;
  readonly output: string;
  /** False: all tokens are computed anew. Left out: what earlier steps left in the graph's cache is used, where it has one. */
  readonly cache?: boolean;
}

export interface StepResult {
  /** Of the position after the last token, [V]. */
  readonly logits: Float32Array;
  /** Tokens that were found in the cache. */
  readonly cached: number;
  /** Why no token can be taken from a cache, in a sentence; null where it can. */
  readonly uncached: string | null;
  readonly stepMs: number;
}

/** A sound's file, and content of the model's preprocessor_config.json. */
export interface ListenParams {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly preprocessor: unknown;
}

/** A run whose output alone is of interest. */
export interface OutputForParams {
  readonly params: RunParams;
  readonly output: string;
}

/** Bits of surprise at each row of a run. */
export interface SurpriseParams {
  readonly run: number;
  readonly output: string;
  /** The token that row t should foretell; −1 for a row that foretells nothing that is known. */
  readonly ids: readonly number[];
}

/** A row of an output of a run, as shares. */
export interface PredictParams {
  readonly run: number;
  readonly output: string;
  /** Row of [1, T, V]; null for the only one of [1, V]. */
  readonly position: number | null;
  /** How many of the largest. */
  readonly top: number;
  /** Ids that are wanted whatever their rank. */
  readonly asked?: readonly number[];
}

/** One answer of a run: an output that is a distribution, and the row of it that is asked about; null where it has no positions. */
export interface AnswerPlace {
  readonly output: string;
  readonly position: number | null;
}

/** A head switched off (`zero`), made to look at every visible key alike (`mean`), or its weights multiplied. */
export interface HeadChange {
  readonly key: string;
  readonly head: number;
  readonly how: 'zero' | 'mean' | number;
}

/** What can be changed about a run and asked of its layers. */
export interface CauseFacts {
  readonly answers: readonly {
    readonly output: string;
    /** Whether it has a row for each position. */
    readonly positions: boolean;
    /** Whether it says where in the text, and not which of a list. */
    readonly places: boolean;
  }[];
  /** Sites whose heads can be turned, by key; why those of others cannot. */
  readonly turnable: readonly string[];
  readonly refused: readonly Refusal[];
  /** Whether tokens can be hidden by an attention mask. */
  readonly canHide: boolean;
  /** Why the layers cannot be read through the model's head, or null where they can. */
  readonly lens: string | null;
  /** Sites whose values and output weights are known, by key. */
  readonly valued: readonly string[];
}

export interface AnswerParams {
  readonly run: number;
  readonly place: AnswerPlace;
  readonly heads?: readonly HeadChange[];
  /** Another input in the place of the run's own. */
  readonly input?: RunParams;
}

export interface AnswerResult {
  /** [V] */
  readonly logits: Float32Array;
  readonly runMs: number;
}

/** An answer whose score is followed: log₂ p(answer), or log₂ p(answer) ÷ p(against). */
export interface ScoreParams {
  readonly run: number;
  readonly place: AnswerPlace;
  readonly answer: number;
  readonly against: number | null;
}

export interface RankHeadsParams extends ScoreParams {
  readonly how: 'zero' | 'mean';
  /** Heads that are changed in every run, the one before too. */
  readonly heads?: readonly HeadChange[];
}

export interface RankHeadsResult {
  /** Score of the unchanged run, in bits. */
  readonly before: number;
  /** By how many bits the score drops without each head; [H] a site. */
  readonly sites: readonly { readonly key: string; readonly drops: Float32Array }[];
  readonly runs: number;
  readonly totalMs: number;
}

export interface OccludeParams extends ScoreParams {
  readonly side: EditSide;
  readonly edit: Edit;
  /** Tokens that are taken away together: one list a word. */
  readonly groups: readonly (readonly number[])[];
}

export interface OccludeResult {
  readonly before: number;
  /** In bits, by group; NaN where the place that answers is itself among the tokens that are gone. */
  readonly drops: Float32Array;
  readonly totalMs: number;
}

export interface LensParams {
  readonly run: number;
  readonly output: string;
  /** How many of the likeliest of each cell. */
  readonly count: number;
  /** Ids whose probability is wanted everywhere. */
  readonly asked: readonly number[];
}

/** What the model's head reads in the states before, between and after the layers. */
export interface LensResult {
  /** L + 1: before the first layer, after each. */
  readonly states: number;
  /** T, or 1 where the head reads one position alone. */
  readonly rows: number;
  readonly count: number;
  /** [L + 1, T, count], largest first */
  readonly ids: Int32Array;
  /** [L + 1, T, count], 0 to 1 */
  readonly probabilities: Float32Array;
  /** [L + 1, T, asked], 0 to 1 */
  readonly asked: Float32Array;
}

/** A site of a run; `batch` counts windows in windowed models, 0 elsewhere. */
export interface SiteParams {
  readonly run: number;
  readonly key: string;
  readonly batch?: number;
}

export interface HeadParams extends SiteParams {
  readonly head: number;
}

/** Requests from page to worker: parameters and result by method name. */
export interface EngineRequests extends WalkRequests {
  open: { params: { readonly model: ModelFiles; readonly device: Device | 'auto' }; result: OpenResult };
  run: { params: RunParams; result: RunResult };
  thumbnails: { params: SiteParams; result: Thumbnails };
  head: { params: HeadParams; result: HeadWeights };
  /** @throws `unsupported` for sites without q and k */
  scores: { params: HeadParams; result: HeadScores };
  /** @throws `unsupported` for sites without q and k */
  vectors: { params: HeadParams; result: HeadVectors };
  /** The features of a sound. @throws `format`, `unsupported`, `empty`, `limit` */
  listen: { params: ListenParams; result: Heard };
  /** One output of a run of which nothing else is kept. @throws as `run` */
  outputFor: { params: OutputForParams; result: Tensor };
  /** A row of such an output. @throws as `run` and `predict` */
  predictFor: { params: OutputForParams & Omit<PredictParams, 'run'>; result: Shares };
  /** −log₂ p of the token that came, row by row; NaN for rows without one. */
  surprise: { params: SurpriseParams; result: Float32Array };
  /** Computes what comes next; keeps nothing that a view could ask about. @throws as `run` */
  step: { params: StepParams; result: StepResult };
  /** @throws `internal` for an output that is no row of scores */
  predict: { params: PredictParams; result: Shares };
  /** What positions are to a head's site, on this run; terms of tokens and positions are those of the head. @throws `unsupported`, `runtime` where their tables cannot be computed */
  positions: { params: HeadParams; result: Positions };
  output: { params: { readonly run: number; readonly name: string }; result: Tensor };
  causes: { params: { readonly run: number }; result: CauseFacts };
  /** The answer of a changed run. @throws `unsupported` for heads that cannot be turned */
  answer: { params: AnswerParams; result: AnswerResult };
  /** Which heads matter for an answer: one run a head. */
  rankHeads: { params: RankHeadsParams; result: RankHeadsResult };
  /** Which tokens matter for an answer: one run a group. */
  occlude: { params: OccludeParams; result: OccludeResult };
  /** @throws `unsupported` where the model's head cannot read the layers */
  lens: { params: LensParams; result: LensResult };
  /** ‖v·W_O‖ of every key, [H, S]. @throws `unsupported` for sites whose values or output weights are not known */
  valueNorms: { params: SiteParams; result: { readonly heads: number; readonly keys: number; readonly norms: Float32Array } };
  /** Computes the run again in the reference implementation (seconds, for small models) and says how far it is from what was shown. */
  compare: { params: { readonly run: number }; result: Comparison };
  close: { params: null; result: null };
}
