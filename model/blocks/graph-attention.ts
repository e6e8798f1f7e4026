/**
 * Graph attention: every node attends to its neighbours and to itself; the graph is the mask.
 *
 *     score_ij = LeakyReLU(a·W·x_i + b·W·x_j)      weights = softmax over the neighbours j of i      y_i = Σ weights_ij·W·x_j
 *
 * Source: Veličković et al. 2018, "Graph Attention Networks", equations 1 to 6, whose vector of 2·d numbers is [a | b].
 */
import { maskedSoftmax } from './attention.ts';
import { mergeHeads, splitHeads } from './heads.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

export interface GraphAttentionSettings {
  /** Width of a node's vector. */
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  /** Slope of LeakyReLU below 0. */
  readonly slope?: number;
  /** Heads side by side, with ELU, as within a network; or their mean, as in its last layer. */
  readonly heading: 'joined' | 'mean';
}

/**
 * @param module holds `linear` (W [H·d, D]), `attention_source` (a) and `attention_target` (b), both [H, d]
 * @param x nodes [B, N, D]
 * @param adjacency bool [B, N, N]: true where node i sees node j
 * @returns [B, N, H·d], or [B, N, d] for the mean; the stage `weights` is [B, H, N, N]
 */
export function graphAttention<T>(module: Module<T>, x: T, adjacency: T, settings: GraphAttentionSettings): T {
  const { ops } = module;
  const { width, heads, headDim, slope = 0.2, heading } = settings;
  const nodes = splitHeads(ops, linear(module.at('linear'), x, { in: width, out: heads * headDim }), heads, headDim); // [B, H, N, d]
  const share = (name: string): T => ops.matMul(nodes, ops.unsqueeze(module.weight(name, [heads, headDim]), [2])); // [B, H, N, 1]
  const sums = ops.add(share('attention_source'), ops.transpose(share('attention_target'), [0, 1, 3, 2])); // [B, H, N, N]
  const scores = ops.leakyRelu(sums, { alpha: slope });
  const weights = module.record(maskedSoftmax(ops, scores, ops.unsqueeze(adjacency, [1])), 'weights');
  const said = ops.matMul(weights, nodes); // [B, H, N, d]
  if (heading === 'mean') return module.record(ops.reduceMean(said, [1], { keepdims: 0 }));
  return module.record(ops.elu(mergeHeads(ops, said, heads, headDim)));
}
