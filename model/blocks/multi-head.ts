/**
 * Multi-head attention: every head looks at projections of its own; what they see is put side by side and mixed.
 *
 *     head_h = attention(x·W_qʰ, y·W_kʰ, z·W_vʰ)      result = [head_1 | … | head_H]·W_o
 *
 * Source: Vaswani et al. 2017, "Attention Is All You Need", 3.2.2; the layout of weights is `torch.nn.MultiheadAttention`'s.
 */
import { type AttentionSettings, attention } from './attention.ts';
import { splitHeads } from './heads.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

/** What queries, keys and values are made of. */
export interface MultiHeadInputs<T> {
  /** [B, T, D] */
  readonly query: T;
  /** [B, S, keyWidth] */
  readonly key: T;
  /** [B, S, valueWidth] */
  readonly value: T;
}

export interface MultiHeadSettings<T> extends Pick<AttentionSettings<T>, 'kind' | 'layer' | 'heads' | 'visible' | 'causal' | 'mayBeBlind'> {
  /** D = H·d */
  readonly width: number;
  /** Width of what keys are made of; D unless said. */
  readonly keyWidth?: number;
  /** Width of what values are made of; D unless said. */
  readonly valueWidth?: number;
  /** One more key and value of zeros, which a query may turn to that finds nothing. */
  readonly zeroKey?: boolean;
}

/**
 * @returns [B, T, D]; weights `in_proj_weight` [3·D, D], which is [q; k; v], or `q_proj_weight`, `k_proj_weight`, `v_proj_weight`;
 * `in_proj_bias` [3·D] and learned last key and value `bias_k`, `bias_v` [1, 1, D] where the checkpoint has them; `out_proj`
 */
export function multiHead<T>(module: Module<T>, inputs: MultiHeadInputs<T>, settings: MultiHeadSettings<T>): T {
  const { ops } = module;
  const { width, heads, zeroKey = false, visible = null } = settings;
  const headDim = width / heads;
  const [query, key, value] = projections(module, inputs, settings);
  const keys = withMore(module, key, 'bias_k', width, zeroKey);
  const values = withMore(module, value, 'bias_v', width, zeroKey);
  const more = Number(module.has('bias_k')) + Number(zeroKey);
  const [q, k, v] = [query, keys, values].map((x) => splitHeads(ops, x, heads, headDim)) as [T, T, T];
  const place = { ...settings, headDim, visible: visible === null || more === 0 ? visible : seenToo(module, visible, more) };
  const context = attention(module, { query: q, key: k, value: v }, place);
  return module.record(linear(module.at('out_proj'), context, { in: width, out: width }));
}

/** x·W_qᵀ + b_q, y·W_kᵀ + b_k, z·W_vᵀ + b_v */
function projections<T>(module: Module<T>, { query, key, value }: MultiHeadInputs<T>, settings: MultiHeadSettings<T>): [T, T, T] {
  const { ops } = module;
  const { width, keyWidth = width, valueWidth = width } = settings;
  const thirds = (x: T): T[] => ops.split(x, 3, { axis: 0 });
  const weights = module.has('in_proj_weight')
    ? thirds(module.weight('in_proj_weight', [3 * width, width]))
    : [
        module.weight('q_proj_weight', [width, width]),
        module.weight('k_proj_weight', [width, keyWidth]),
        module.weight('v_proj_weight', [width, valueWidth]),
      ];
  const biases = module.has('in_proj_bias') ? thirds(module.weight('in_proj_bias', [3 * width])) : null;
  return [query, key, value].map((x, i) => {
    const product = ops.matMul(x, ops.transpose(weights[i]!, [1, 0]));
    return biases === null ? product : ops.add(product, biases[i]!);
  }) as [T, T, T];
}

/** Keys or values with the learned one and the one of zeros behind them: [B, S, D] → [B, S + 0, 1 or 2, D] */
function withMore<T>(module: Module<T>, x: T, name: string, width: number, zeroKey: boolean): T {
  const { ops } = module;
  const shape = ops.concat([ops.dimension(x, 0), ops.integers([1, width])], { axis: 0 });
  const learned = module.has(name) ? [ops.expand(module.weight(name, [1, 1, width]), shape)] : [];
  const zeros = zeroKey ? [ops.constantOfShape(shape)] : [];
  const more = [...learned, ...zeros];
  return more.length === 0 ? x : ops.concat([x, ...more], { axis: 1 });
}

/** A mask that shows `more` keys behind the last one: bool [.., S] → [.., S + more] */
function seenToo<T>({ ops }: Module<T>, visible: T, more: number): T {
  return ops.cast(ops.pad(ops.cast(visible, 'float32'), [0, more], 1, [-1]), 'bool');
}
