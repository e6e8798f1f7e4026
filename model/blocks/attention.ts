/**
 * Scaled dot-product attention.
 *
 *     weights = softmax(q·kᵀ·scale + bias)      context = weights·v
 *
 * over the keys that the mask leaves visible. A query that sees no key at all has weights 0 and context 0.
 *
 * Source: Vaswani et al. 2017, "Attention Is All You Need", 3.2.1, equation 1, where scale = 1/√d; the cap on the scores: Gemma Team 2024,
 * "Gemma 2", 2.
 */
import type { Ops } from '../ops/ops.ts';
import { mergeHeads, repeatHeads } from './heads.ts';
import type { AttentionSite, Cache, Module } from './module.ts';

/** Which attention of the model this is, and how it is computed. */
export interface AttentionSettings<T> {
  readonly kind: AttentionSite<T>['kind'];
  readonly layer: number;
  /** H */
  readonly heads: number;
  /** G; as many as query heads unless said. */
  readonly kvHeads?: number;
  /** d */
  readonly headDim: number;
  /** Width of a value vector where it is not d. */
  readonly valueDim?: number;
  /** Factor on q·k; 1/√d unless said. */
  readonly scale?: number;
  readonly softcap?: number | null;
  readonly causal?: boolean;
  readonly window?: number | null;
  /** bool, true = attend, broadcasts to [B, H, T, S] */
  readonly visible?: T | null;
  /** Added to the scaled scores: broadcasts to [B, H, T, S] */
  readonly bias?: T | null;
  /** False where every query surely sees a key, as in an encoder: then nothing has to be done about those that see none. */
  readonly mayBeBlind?: boolean;
  /** False where `bias` is made of the query or the key itself. */
  readonly fromQueryAndKey?: boolean;
}

/** Query, key and value of all heads. */
export interface Heads<T> {
  /** [B, H, T, d] */
  readonly query: T;
  /** [B, G, S, d] */
  readonly key: T;
  /** [B, G, S, d] */
  readonly value: T;
}

/** The lowest score: e to the power of it is 0 beside any other, and it is no infinity that could become NaN. */
const HIDDEN = -3.4028234663852886e38;

/**
 * Attention of all heads. Stages `attention/<kind>/<layer>/q|k|v|scores|weights|context` are written down.
 * @returns the heads' contexts side by side: [B, T, H·d]
 */
export function attention<T>(module: Module<T>, given: Heads<T>, wanted: AttentionSettings<T>): T {
  const { ops, build } = module;
  const { query, key, value, ...settings } = build.cache === null ? { ...given, ...wanted } : withCache(build.cache, given, wanted);
  const { kind, layer, heads, kvHeads = heads, headDim, scale = 1 / Math.sqrt(headDim), softcap = null } = settings;
  const { bias = null, visible = null, causal = false, window = null, mayBeBlind = true, fromQueryAndKey = true } = settings;
  const stage = (name: string, x: T): T => build.record(`attention/${kind}/${layer}/${name}`, x);
  stage('q', query); // [B, H, T, d]
  stage('k', key); // [B, G, S, d]
  stage('v', value);
  const products = ops.matMul(query, ops.transpose(repeatHeads(ops, key, kvHeads, heads), [0, 1, 3, 2])); // [B, H, T, S]
  const capped = cap(ops, ops.mul(products, scale), softcap);
  const scores = stage('scores', bias === null ? capped : ops.add(capped, bias));
  const weights = stage('weights', maskedSoftmax(ops, scores, visible, mayBeBlind));
  const context = ops.matMul(weights, repeatHeads(ops, value, kvHeads, heads)); // [B, H, T, d]
  build.attend({
    ...{ kind, layer, heads, kvHeads, headDim, causal, window, scale, softcap },
    ...{ query, key, value, bias, visible, scores, weights, fromQueryAndKey },
  });
  return stage('context', mergeHeads(ops, context, heads, settings.valueDim ?? headDim));
}

/** Keys and values with those of earlier tokens before them, and of masks the rows of the new tokens. */
function withCache<T>(cache: Cache<T>, { query, key, value }: Heads<T>, settings: AttentionSettings<T>): Heads<T> & AttentionSettings<T> {
  const { kind, layer, heads, kvHeads = heads, headDim, valueDim = headDim, visible = null, bias = null } = settings;
  if (settings.causal !== true && kind !== 'cross') return { query, key, value, ...settings };
  const rows = (x: T | null): T | null => (x === null ? null : cache.unread(x, -2));
  const joined = cache.join({ kind, layer, kvHeads, headDim, valueDim }, key, value);
  return { query, ...joined, ...settings, ...(kind === 'cross' ? {} : { visible: rows(visible), bias: rows(bias) }) };
}

/** c·tanh(x/c): close to x while it is small, never beyond ±c; x itself where there is no limit. */
export function cap<T>(ops: Ops<T>, scores: T, limit: number | null): T {
  return limit === null ? scores : ops.mul(ops.tanh(ops.div(scores, limit)), limit);
}

/**
 * Softmax over the visible keys; hidden ones have weight exactly 0.
 * @param scores [B, H, T, S]
 * @param visible bool, broadcasts to [B, H, T, S]; null where all are
 * @param mayBeBlind whether a query may see no key at all: its weights are then 0 as well
 * @returns [B, H, T, S]
 */
export function maskedSoftmax<T>(ops: Ops<T>, scores: T, visible: T | null, mayBeBlind = true): T {
  if (visible === null) return ops.softmax(scores);
  const weights = ops.softmax(ops.where(visible, scores, HIDDEN));
  return mayBeBlind ? ops.where(visible, weights, 0) : weights;
}
