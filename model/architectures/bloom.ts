/**
 * BLOOM: a pre-norm decoder with ALiBi in place of positions, and a norm right after the embeddings.
 *
 * Source: BigScience Workshop 2022, "BLOOM: A 176B-Parameter Open-Access Multilingual Language Model", 3.2.
 */
import { geluTanh } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitInterleaved } from '../blocks/fused.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask, textPositions } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { alibiBias, alibiSlopes } from '../blocks/positions/alibi.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds } from './inputs.ts';
import { divide } from './options.ts';

export const bloom: Family = {
  modelTypes: ['bloom'],
  prefix: 'transformer.',
  aliases: { 'transformer.word_embeddings.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, vocabulary } = settingsOf(config);
    const maxTokens = config.has('seq_length') ? config.count('seq_length') : null;
    return { architecture: 'BLOOM', layers, heads, kvHeads: heads, headDim, positions: 'ALiBi', maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('transformer');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    causalHead(root, config, hidden, { ids, embedding: module.at('word_embeddings'), tiedByDefault: true, ...settings });
  },
};

interface Settings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly layers: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  /** The residual is what the norm gives, not what goes into it. */
  readonly residualAfterNorm: boolean;
}

function settingsOf(config: Config): Settings {
  const width = config.count(['hidden_size', 'n_embed']);
  const heads = config.count(['n_head', 'num_attention_heads']);
  return {
    ...{ width, heads, headDim: divide(config, 'the head size', width, heads) },
    layers: config.count(['n_layer', 'num_hidden_layers']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    residualAfterNorm: config.flag('apply_residual_connection_post_layernorm', false),
  };
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, vocabulary, layers, epsilon, heads } = settings;
  const mask = attentionMask(build);
  const words = embedding(module.at('word_embeddings'), ids, vocabulary, width);
  let x = build.record('hidden/0', unread(build, layerNorm(module.at('word_embeddings_layernorm'), words, width, epsilon)));
  const bias = alibiBias(ops, textPositions(ops, mask), alibiSlopes(heads)); // [B, H, 1, T]
  const visible = causalPaddingMask(ops, mask);
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`h.${layer}`), x, { layer, visible, bias }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('ln_f'), x, width, epsilon));
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
  /** [B, H, 1, T] */
  readonly bias: T;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { width, epsilon, residualAfterNorm } = settings;
  const step = (y: T, name: string, sublayer: (normed: T) => T, path: string): T => {
    const normed = layerNorm(module.at(name), y, width, epsilon);
    return module.record(module.ops.add(residualAfterNorm ? normed : y, sublayer(normed)), path);
  };
  const mlp = module.at('mlp');
  const parts = { up: mlp.at('dense_h_to_4h'), act: mlp.at('gelu_impl'), down: mlp.at('dense_4h_to_h') };
  const think = (y: T): T => feedForward(parts, y, { width, inner: 4 * width, f: geluTanh });
  const attended = step(x, 'input_layernorm', (y) => selfAttention(module.at('self_attention'), y, place, settings), 'self_attention');
  return step(attended, 'post_attention_layernorm', think, 'mlp');
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible, bias }: Place<T>, { width, heads, headDim }: Settings): T {
  const joint = linear(module.at('query_key_value'), x, { in: width, out: 3 * width });
  const parts = splitInterleaved(module.ops, joint, heads, headDim);
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim, visible, bias, causal: true });
  return linear(module.at('dense'), context, { in: width, out: width });
}
