/**
 * Pointer attention: the weights over the source are themselves an answer. A pointer network answers with a place of the source; a
 * pointer-generator copies words from there, or makes them from its vocabulary.
 *
 *     weights = softmax(v·tanh(state·W_qᵀ + source·W_kᵀ + b))
 *     g = σ(w·[context | state | given] + c)       p(word) = g·p_vocabulary(word) + (1 − g)·Σ weights on its copies
 *
 * Sources: Vinyals et al. 2015, "Pointer Networks", 2.3; See et al. 2017, "Get To The Point", 2.2, equations 8 and 9.
 */
import { maskedSoftmax } from './attention.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

export interface PointerSettings {
  /** D */
  readonly width: number;
  /** Width of what query and key are added in. */
  readonly hidden: number;
}

/**
 * Where in the source a decoder's state points.
 * @param module holds `query` (W_q), `key` (W_k, b) and `score` (v [1, E])
 * @param state [B, T, D]
 * @param source [B, S, D]
 * @param visible bool [B, S], true = a token; null where all are
 * @returns weights [B, T, S]
 */
export function pointerAttention<T>(module: Module<T>, state: T, source: T, visible: T | null, { width, hidden }: PointerSettings): T {
  const { ops } = module;
  const query = ops.unsqueeze(linear(module.at('query'), state, { in: width, out: hidden }), [2]); // [B, T, 1, E]
  const key = ops.unsqueeze(linear(module.at('key'), source, { in: width, out: hidden }), [1]); // [B, 1, S, E]
  const scores = ops.squeeze(linear(module.at('score'), ops.tanh(ops.add(query, key)), { in: hidden, out: 1 }), [3]); // [B, T, S]
  return module.record(maskedSoftmax(ops, scores, visible === null ? null : ops.unsqueeze(visible, [1])), 'weights');
}

/** What a pointer-generator needs beside its attention. */
export interface CopyInputs<T> {
  /** [B, T, S] */
  readonly weights: T;
  /** [B, S, D] */
  readonly source: T;
  /** [B, T, D] */
  readonly state: T;
  /** The word that went in: [B, T, E] */
  readonly given: T;
  /** Of the vocabulary: [B, T, V] */
  readonly logits: T;
  /** Words of the source, int64 [B, S]; V and above are words that only the source has. */
  readonly ids: T;
}

/**
 * Probabilities of all words, those of the source included.
 * @param module holds `generate` (w [1, D + D + E], c [1])
 * @param given E
 * @param foreign number of words beyond the vocabulary
 * @returns [B, T, V + foreign]; the stage `generate` is g before σ
 */
export function copyOrGenerate<T>(
  module: Module<T>,
  { weights, source, state, given, logits, ids }: CopyInputs<T>,
  sizes: { readonly width: number; readonly given: number; readonly foreign: number },
): T {
  const { ops } = module;
  const context = module.record(ops.matMul(weights, source), 'context'); // [B, T, D]
  const known = ops.concat([context, state, given], { axis: -1 });
  const gate = ops.sigmoid(linear(module.at('generate'), known, { in: 2 * sizes.width + sizes.given, out: 1 })); // [B, T, 1]
  const made = ops.pad(ops.mul(gate, ops.softmax(logits)), [0, sizes.foreign], 0, [2]); // [B, T, V + foreign]
  const copied = ops.mul(ops.sub(1, gate), weights); // [B, T, S]
  const words = ops.expand(ops.unsqueeze(ids, [1]), ops.shape(weights)); // [B, T, S]
  return module.record(ops.scatterElements(made, words, copied, { axis: 2, reduction: 'add' }));
}
