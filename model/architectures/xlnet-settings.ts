/** What configurations of XLNet say. */
import type { Config } from '../safetensors/config.ts';
import { divide, refuseUnless } from './options.ts';

export interface XlnetSettings {
  /** D */
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  /** F */
  readonly inner: number;
  readonly layers: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
  /** `attn_type` uni: a token sees only itself and what came before. */
  readonly causal: boolean;
  /** Distances beyond are seen as this one; null for none. */
  readonly clamp: number | null;
}

/** @throws HeadlightError `unsupported` for `bi_data` (a way of training), and for `same_length` with `attn_type` uni */
export function xlnetSettings(config: Config): XlnetSettings {
  const width = config.count(['d_model', 'hidden_size']);
  const heads = config.count(['n_head', 'num_attention_heads']);
  const type = config.text('attn_type', 'bi');
  const clamp = config.integer('clamp_len', -1);
  refuseUnless(['bi', 'uni'].includes(type), config, 'attn_type');
  refuseUnless(!config.flag('bi_data', false), config, 'bi_data');
  refuseUnless(type === 'bi' || !config.flag('same_length', false), config, 'same_length');
  return {
    ...{ width, heads, headDim: config.has('d_head') ? config.count('d_head') : divide(config, 'the head size', width, heads) },
    inner: config.count('d_inner'),
    layers: config.count(['n_layer', 'num_hidden_layers']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_eps', 1e-12),
    activation: config.text('ff_activation', 'gelu'),
    causal: type === 'uni',
    clamp: clamp > 0 ? clamp : null,
  };
}
