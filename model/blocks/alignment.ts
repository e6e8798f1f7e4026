/**
 * Attention before the Transformer: how well each state of an encoder goes with a state of the decoder.
 *
 *     dot        h·e
 *     general    h·W·e
 *     concat     v·tanh(W·[h; e])
 *     additive   v·tanh(W_q·h + W_k·e)
 *
 *     weights = softmax(scores)      context = Σ weights·e
 *
 * Sources: Bahdanau, Cho, Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate", 3.1 and appendix A.1.2
 * (additive); Luong, Pham, Manning 2015, "Effective Approaches to Attention-based Neural Machine Translation", 3.1 (the others).
 */
import type { Ops } from '../ops/ops.ts';
import { maskedSoftmax } from './attention.ts';
import { affine, linear } from './linear.ts';
import type { Module } from './module.ts';

/** Score of every state of the encoder for one state of the decoder: [B, D] → [B, S]. */
export type Score<T> = (state: T) => T;

/** What an encoder has to offer. */
export interface Memory<T> {
  /** Its states, [B, S, M] */
  readonly states: T;
  /** bool [B, S], true = a token */
  readonly visible: T;
}

/**
 * factor·h·e
 * @param factor 1 unless the model was trained with another
 */
export function dotScore<T>(ops: Ops<T>, { states }: Memory<T>, factor = 1): Score<T> {
  return (state) => {
    const products = ops.squeeze(ops.matMul(states, ops.unsqueeze(state, [2])), [2]); // [B, S, D]·[B, D, 1]
    return factor === 1 ? products : ops.mul(products, factor);
  };
}

/** h·W·e; module `general`, [D, D] */
export function generalScore<T>(module: Module<T>, { states, visible }: Memory<T>, width: number): Score<T> {
  return dotScore(module.ops, { states: linear(module.at('general'), states, { in: width, out: width }), visible });
}

/**
 * v·tanh(W·[h; e])
 * @param width D, of h and of e
 * @param inner rows of W; modules `concat` [inner, 2·D], `score` [1, inner]
 */
export function concatScore<T>(module: Module<T>, { states }: Memory<T>, width: number, inner: number): Score<T> {
  const { ops } = module;
  return (state) => {
    const repeated = ops.expand(ops.unsqueeze(state, [1]), ops.shape(states)); // [B, S, D]
    const pairs = ops.concat([repeated, states], { axis: -1 });
    return scored(module, affine(module.at('concat'), pairs, { in: 2 * width, out: inner }), inner);
  };
}

/**
 * v·tanh(W_q·h + W_k·e)
 * @param widths D of h, M of e
 * @param inner rows of W_q and W_k; modules `query`, `key`, `score` [1, inner]
 */
export function additiveScore<T>(
  module: Module<T>,
  { states }: Memory<T>,
  widths: { readonly state: number; readonly memory: number },
  inner: number,
): Score<T> {
  const { ops } = module;
  const keys = linear(module.at('key'), states, { in: widths.memory, out: inner }); // [B, S, inner]
  return (state) => {
    const query = ops.unsqueeze(affine(module.at('query'), state, { in: widths.state, out: inner }), [1]); // [B, 1, inner]
    return scored(module, ops.add(query, keys), inner);
  };
}

/** v·tanh(x): [B, S, inner] → [B, S] */
function scored<T>(module: Module<T>, x: T, inner: number): T {
  const { ops } = module;
  return ops.squeeze(affine(module.at('score'), ops.tanh(x), { in: inner, out: 1 }), [2]);
}

/** What one step of a decoder saw. */
export interface Alignment<T> {
  /** Before softmax, 0 where padding is: [B, S] */
  readonly scores: T;
  /** [B, S] */
  readonly weights: T;
  /** [B, M] */
  readonly context: T;
}

/**
 * softmax over the tokens, and the mean of the states that it weighs
 * @param scores [B, S]
 */
export function align<T>(ops: Ops<T>, scores: T, { states, visible }: Memory<T>): Alignment<T> {
  const weights = maskedSoftmax(ops, scores, visible, false);
  const context = ops.squeeze(ops.matMul(ops.unsqueeze(weights, [1]), states), [1]); // [B, 1, S]·[B, S, M]
  return { scores: ops.where(visible, scores, 0), weights, context };
}
