/**
 * Attention pooling: a sequence becomes one vector, the mean of its vectors weighted by how much each says about the whole.
 *
 *     additive    weights = softmax(v·tanh(x·Wᵀ + b)),  y = weights·x
 *     by a probe  a learned query attends to the sequence
 *
 * Sources: Yang et al. 2016, "Hierarchical Attention Networks", 2.2 (additive); Lee et al. 2019, "Set Transformer", 3.2 (probe).
 */
import { attention, maskedSoftmax } from './attention.ts';
import { splitHeads } from './heads.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

/** One vector for each sequence, and where it comes from. */
export interface Pooled<T> {
  /** [B, D] */
  readonly vector: T;
  /** [B, S]; of a probe [B, H, 1, S] */
  readonly weights: T;
}

/**
 * @param module holds `dense` (W [E, D], b [E]) and `score` (v [1, E])
 * @param x [B, S, D]
 * @param visible bool [B, S], true = a token; null where all are
 */
export function additivePooling<T>(
  module: Module<T>,
  x: T,
  visible: T | null,
  { width, hidden }: { readonly width: number; readonly hidden: number },
): Pooled<T> {
  const { ops } = module;
  const heard = ops.tanh(linear(module.at('dense'), x, { in: width, out: hidden })); // [B, S, E]
  const scores = ops.squeeze(linear(module.at('score'), heard, { in: hidden, out: 1 }), [2]); // [B, S]
  const weights = module.record(maskedSoftmax(ops, scores, visible), 'weights');
  return { vector: module.record(ops.squeeze(ops.matMul(ops.unsqueeze(weights, [1]), x), [1])), weights };
}

/**
 * @param module holds `probe` [1, 1, D] and `attention` in `torch.nn.MultiheadAttention`'s layout: `in_proj_weight` [3·D, D] = [q; k; v],
 *   `in_proj_bias` [3·D], `out_proj`
 * @param x [B, S, D]
 * @param visible bool [B, S], true = a token; null where all are
 */
export function probePooling<T>(
  module: Module<T>,
  x: T,
  visible: T | null,
  { width, heads }: { readonly width: number; readonly heads: number },
): Pooled<T> {
  const { ops, build } = module;
  const joint = module.at('attention');
  const weights = ops.split(joint.weight('in_proj_weight', [3 * width, width]), 3) as [T, T, T];
  const biases = ops.split(joint.weight('in_proj_bias', [3 * width]), 3) as [T, T, T];
  const headDim = width / heads;
  const project = (y: T, part: 0 | 1 | 2): T =>
    splitHeads(ops, ops.add(ops.matMul(y, ops.transpose(weights[part], [1, 0])), biases[part]), heads, headDim);
  const parts = { query: project(module.weight('probe', [1, 1, width]), 0), key: project(x, 1), value: project(x, 2) };
  const sight = visible === null ? null : ops.unsqueeze(visible, [1, 2]); // [B, 1, 1, S]
  const context = attention(joint, parts, { kind: 'cross', layer: 0, heads, headDim, visible: sight });
  const vector = ops.squeeze(linear(joint.at('out_proj'), context, { in: width, out: width }), [1]);
  return { vector: module.record(vector), weights: build.stage('attention/cross/0/weights') };
}
