/**
 * The encoder that BERT and its kin share (RoBERTa, ELECTRA, ERNIE, StructBERT): L layers of post-norm self-attention and feed-forward,
 * under BERT's tensor names.
 *
 * Source: Devlin et al. 2019, "BERT".
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { causalMask, countAlong, distances, paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { relativeKeyBias } from '../blocks/positions/relative-key.ts';
import { postNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import type { Description } from './family.ts';
import { divide, refuseUnless } from './options.ts';

/** Sizes and options of an encoder of BERT's kind. */
export interface BertSettings {
  /** D */
  readonly width: number;
  /** H */
  readonly heads: number;
  /** d */
  readonly headDim: number;
  /** F */
  readonly inner: number;
  /** L */
  readonly layers: number;
  /** P */
  readonly positions: number;
  readonly vocabulary: number;
  readonly types: number;
  readonly epsilon: number;
  readonly activation: string;
  readonly positionType: 'absolute' | 'relative_key' | 'relative_key_query';
  /** True where a token sees only itself and what came before. */
  readonly causal: boolean;
}

const POSITION_TYPES = ['absolute', 'relative_key', 'relative_key_query'];

/** @throws HeadlightError `unsupported` for cross-attention and unknown position types */
export function bertSettings(config: Config): BertSettings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const positionType = config.text('position_embedding_type', 'absolute');
  refuseUnless(POSITION_TYPES.includes(positionType), config, 'position_embedding_type');
  refuseUnless(!config.flag('add_cross_attention', false), config, 'add_cross_attention');
  return {
    width,
    heads,
    headDim: divide(config, 'the head size', width, heads),
    inner: config.count('intermediate_size'),
    layers: config.count('num_hidden_layers'),
    positions: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    types: config.count('type_vocab_size', 2),
    epsilon: config.number('layer_norm_eps', 1e-12),
    activation: config.text('hidden_act', 'gelu'),
    positionType: positionType as BertSettings['positionType'],
    causal: config.flag('is_decoder', false),
  };
}

/** What such a configuration says of a model. */
export function describeBert(architecture: string, config: Config, maxTokens?: number): Description {
  const { layers, heads, headDim, positions, vocabulary, positionType } = bertSettings(config);
  return {
    ...{ architecture, layers, heads, kvHeads: heads, headDim, vocabulary },
    positions: positionType === 'absolute' ? 'learned' : 'relative (Shaw)',
    maxTokens: maxTokens ?? positions,
  };
}

/**
 * All layers of the encoder.
 * @param encoder holds `layer.0`, `layer.1`, …
 * @param x embeddings [B, T, D]
 * @param mask 1 = a token, 0 = padding: int64 [B, T]
 * @returns the last hidden state [B, T, D]
 */
export function bertEncoder<T>(encoder: Module<T>, x: T, mask: T, settings: BertSettings): T {
  const { ops, build } = encoder;
  const positions = countAlong(ops, x, 1);
  const distance = distances(ops, positions, positions); // [T, T]
  const padding = paddingMask(ops, mask); // [B, 1, 1, T]
  const visible = settings.causal ? ops.and(padding, causalMask(ops, distance)) : padding;
  let hidden = build.record('hidden/0', x);
  for (let layer = 0; layer < settings.layers; layer++) {
    const attend = (self: Module<T>, y: T): T => selfAttention(self, y, { layer, visible, distance }, settings);
    hidden = bertLayer(encoder.at(`layer.${layer}`), hidden, attend, settings);
    build.record(`hidden/${layer + 1}`, hidden);
  }
  return hidden;
}

interface Place<T> {
  readonly layer: number;
  /** bool, broadcasts to [B, H, T, T] */
  readonly visible: T;
  /** i − j, int64 [T, T] */
  readonly distance: T;
}

/** Sizes of a layer. */
export type BertLayerSizes = Pick<BertSettings, 'width' | 'inner' | 'epsilon' | 'activation'>;

/**
 * LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x))
 * @param attend the contexts of all heads of a module `attention.self`: [B, T, D] → [B, T, D]
 * @returns [B, T, D]
 */
export function bertLayer<T>(module: Module<T>, x: T, attend: (self: Module<T>, y: T) => T, sizes: BertLayerSizes): T {
  const { ops } = module;
  const { width, inner, epsilon } = sizes;
  const norm = (name: string) => (sum: T) => layerNorm(module.at(name), sum, width, epsilon);
  const [self, dense] = [module.at('attention.self'), module.at('attention.output.dense')];
  const parts = {
    up: module.at('intermediate.dense'),
    act: module.at('intermediate.intermediate_act_fn'),
    down: module.at('output.dense'),
  };
  const see = (y: T): T => linear(dense, self.record(attend(self, y)), { in: width, out: width });
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(sizes.activation) });
  return postNorm(ops, postNorm(ops, x, see, norm('attention.output.LayerNorm')), think, norm('output.LayerNorm'));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(self: Module<T>, x: T, { layer, visible, distance }: Place<T>, settings: BertSettings): T {
  const { ops } = self;
  const { width, heads, headDim, positions, positionType, causal } = settings;
  const project = (name: string): T => splitHeads(ops, linear(self.at(name), x, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('query'), project('key'), project('value')];
  const relative = positionType !== 'absolute';
  const scale = 1 / Math.sqrt(headDim);
  const bias = relative
    ? ops.mul(relativeKeyBias(self, query, positionType === 'relative_key_query' ? key : null, distance, positions, headDim), scale)
    : null;
  const masked = { visible, causal, mayBeBlind: causal };
  return attention(self, { query, key, value }, { kind: 'self', layer, heads, headDim, ...masked, bias, fromQueryAndKey: !relative });
}
