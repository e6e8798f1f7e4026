/**
 * GPT-2 (117 M, 345 M, 762 M and 1,542 M): learned positions, pre-norm decoder, causal.
 *
 * Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { splitHeads } from '../blocks/heads.ts';
import { conv1d } from '../blocks/linear.ts';
import { causalPaddingMask } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, positionIds } from './inputs.ts';
import { divide, refuseUnless } from './options.ts';

export const gpt2: Family = {
  modelTypes: ['gpt2'],
  prefix: 'transformer.',
  aliases: { 'transformer.wte.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, positions, vocabulary } = settingsOf(config);
    return { architecture: 'GPT-2', layers, heads, kvHeads: heads, headDim, positions: 'learned', maxTokens: positions, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('transformer');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    causalHead(root, config, hidden, { ids, embedding: module.at('wte'), tiedByDefault: true, ...settings });
  },
};

interface Settings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly positions: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Divides scores by √d. */
  readonly scaled: boolean;
  /** Divides scores by layer + 1 besides. */
  readonly scaledByLayer: boolean;
}

function settingsOf(config: Config): Settings {
  const width = config.count(['n_embd', 'hidden_size']);
  const heads = config.count(['n_head', 'num_attention_heads']);
  refuseUnless(!config.flag('add_cross_attention', false), config, 'add_cross_attention');
  return {
    width,
    heads,
    headDim: divide(config, 'the head size', width, heads),
    inner: config.count('n_inner', 4 * width),
    layers: config.count(['n_layer', 'num_hidden_layers']),
    positions: config.count(['n_positions', 'n_ctx', 'max_position_embeddings']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    activation: config.text('activation_function', 'gelu_new'),
    scaled: config.flag('scale_attn_weights', true),
    scaledByLayer: config.flag('scale_attn_by_inverse_layer_idx', false),
  };
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, vocabulary, positions, layers, epsilon } = settings;
  const [mask, places] = [attentionMask(build), positionIds(build)];
  const words = embedding(module.at('wte'), ids, vocabulary, width);
  let x = build.record('hidden/0', unread(build, ops.add(words, embedding(module.at('wpe'), places, positions, width))));
  const visible = causalPaddingMask(ops, mask);
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`h.${layer}`), x, { layer, visible }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('ln_f'), x, width, epsilon));
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { width, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const attended = preNorm(module.ops, x, (y) => selfAttention(module.at('attn'), y, place, settings), norm('ln_1'));
  return module.record(preNorm(module.ops, attended, (y) => perceptron(module.at('mlp'), y, settings), norm('ln_2')));
}

/** [B, T, D] → [B, T, D]; the projection `c_attn` is [q | k | v] side by side. */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, heads, headDim, scaled, scaledByLayer } = settings;
  const joint = conv1d(module.at('c_attn'), x, { in: width, out: 3 * width });
  const [query, key, value] = ops.split(joint, 3, { axis: -1 }).map((part) => splitHeads(ops, part, heads, headDim)) as [T, T, T];
  const scale = (scaled ? 1 / Math.sqrt(headDim) : 1) / (scaledByLayer ? layer + 1 : 1);
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, scale, visible, causal: true });
  return conv1d(module.at('c_proj'), context, { in: width, out: width });
}

/** [B, T, D] → [B, T, D] */
function perceptron<T>(module: Module<T>, x: T, { width, inner, activation: name }: Settings): T {
  const active = activation(name)(module.ops, conv1d(module.at('c_fc'), x, { in: width, out: inner }));
  return conv1d(module.at('c_proj'), module.record(active, 'act'), { in: inner, out: width });
}
