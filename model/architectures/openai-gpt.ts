/**
 * GPT (1): a post-norm decoder with learned positions; there is no norm at the end.
 *
 * Source: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training".
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { splitThirds } from '../blocks/fused.ts';
import { conv1d } from '../blocks/linear.ts';
import { causalPaddingMask } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { postNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, positionIds, tokenTypeIds } from './inputs.ts';
import { divide } from './options.ts';

export const openaiGpt: Family = {
  modelTypes: ['openai-gpt'],
  prefix: 'transformer.',
  aliases: { 'transformer.tokens_embed.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, positions: maxTokens, vocabulary } = settingsOf(config);
    return { architecture: 'GPT', layers, heads, kvHeads: heads, headDim, positions: 'learned', maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('transformer');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    causalHead(root, config, hidden, { ids, embedding: module.at('tokens_embed'), tiedByDefault: true, ...settings });
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
}

function settingsOf(config: Config): Settings {
  const width = config.count(['n_embd', 'hidden_size']);
  const heads = config.count(['n_head', 'num_attention_heads']);
  const name = config.text('afn', 'gelu');
  return {
    ...{ width, heads, headDim: divide(config, 'the head size', width, heads), inner: 4 * width },
    layers: config.count(['n_layer', 'num_hidden_layers']),
    positions: config.count(['n_positions', 'max_position_embeddings']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    // GPT's code had the tanh form only, and called it gelu.
    activation: name === 'gelu' ? 'gelu_new' : name,
  };
}

/** Ids → the last hidden state [B, T, D]. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { layers } = settings;
  const visible = causalPaddingMask(ops, attentionMask(build));
  let x = build.record('hidden/0', unread(build, embeddings(module, ids, settings)));
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`h.${layer}`), x, { layer, visible }, settings);
    build.record(`hidden/${layer + 1}`, x);
  }
  return x;
}

/** word + position, + the word that token types are given as, where a run gives them: [B, T] → [B, T, D] */
function embeddings<T>(module: Module<T>, ids: T, { width, vocabulary, positions }: Settings): T {
  const { ops, build } = module;
  const words = module.at('tokens_embed');
  const places = embedding(module.at('positions_embed'), positionIds(build), positions, width);
  const sum = ops.add(embedding(words, ids, vocabulary, width), places);
  return build.given('token_type_ids') ? ops.add(sum, embedding(words, tokenTypeIds(build), vocabulary, width)) : sum;
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
}

/** LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, epsilon } = settings;
  const norm = (name: string) => (sum: T) => layerNorm(module.at(name), sum, width, epsilon);
  const attended = postNorm(ops, x, (y) => selfAttention(module.at('attn'), y, place, settings), norm('ln_1'));
  return postNorm(ops, attended, (y) => perceptron(module.at('mlp'), y, settings), norm('ln_2'));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, { width, heads, headDim }: Settings): T {
  const parts = splitThirds(module.ops, conv1d(module.at('c_attn'), x, { in: width, out: 3 * width }), heads, headDim);
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim, visible, causal: true });
  return conv1d(module.at('c_proj'), context, { in: width, out: width });
}

/** [B, T, D] → [B, T, D] */
function perceptron<T>(module: Module<T>, x: T, { width, inner, activation: name }: Settings): T {
  const active = activation(name)(module.ops, conv1d(module.at('c_fc'), x, { in: width, out: inner }));
  return conv1d(module.at('c_proj'), module.record(active, 'act'), { in: inner, out: width });
}
