/**
 * CTRL: a pre-norm decoder with sinusoidal positions; embeddings are multiplied by √D, as in the 2017 Transformer.
 *
 * Source: Keskar et al. 2019, "CTRL: A Conditional Transformer Language Model for Controllable Generation", 3.
 */
import { relu } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { sinusoids } from '../blocks/positions/sinusoidal.ts';
import { preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, positionIds, tokenTypeIds } from './inputs.ts';
import { divide } from './options.ts';

export const ctrl: Family = {
  modelTypes: ['ctrl'],
  prefix: 'transformer.',
  aliases: { 'transformer.w.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary } = settingsOf(config);
    return { architecture: 'CTRL', layers, heads, kvHeads: heads, headDim, positions: 'sinusoidal', maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('transformer');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    causalHead(root, config, hidden, { ids, embedding: module.at('w'), tiedByDefault: true, ...settings });
  },
};

interface Settings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly vocabulary: number;
  readonly epsilon: number;
}

/** ε of the norms within the layers; the configuration names that of the last one. */
const EPSILON = 1e-6;

function settingsOf(config: Config): Settings {
  const width = config.count(['n_embd', 'hidden_size']);
  const heads = config.count(['n_head', 'num_attention_heads']);
  return {
    ...{ width, heads, headDim: divide(config, 'the head size', width, heads) },
    inner: config.count('dff'),
    layers: config.count(['n_layer', 'num_hidden_layers']),
    maxTokens: config.count(['n_positions', 'max_position_embeddings']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-6),
  };
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, layers, epsilon } = settings;
  const visible = causalPaddingMask(ops, attentionMask(build));
  let x = build.record('hidden/0', unread(build, embeddings(module, ids, settings)));
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`h.${layer}`), x, { layer, visible }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('layernorm'), x, width, epsilon));
}

/** (word + the word that a given token type stands for)·√D + sinusoids of the position: [B, T] → [B, T, D] */
function embeddings<T>(module: Module<T>, ids: T, { width, vocabulary }: Settings): T {
  const { ops, build } = module;
  const words = (x: T): T => ops.mul(embedding(module.at('w'), x, vocabulary, width), Math.sqrt(width));
  const places = sinusoids(ops, positionIds(build), { width, layout: 'half', exponent: '2i/D' });
  const sum = ops.add(words(ids), places);
  return build.given('token_type_ids') ? ops.add(sum, words(tokenTypeIds(build))) : sum;
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, EPSILON);
  const parts = { up: module.at('ffn.0'), act: module.at('ffn.1'), down: module.at('ffn.2') };
  const attended = preNorm(ops, x, (y) => selfAttention(module.at('multi_head_attention'), y, place, settings), norm('layernorm1'));
  return module.record(preNorm(ops, attended, (y) => feedForward(parts, y, { width, inner, f: relu }), norm('layernorm2')));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, { width, heads, headDim }: Settings): T {
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('Wq'), project('Wk'), project('Wv')];
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, visible, causal: true });
  return linear(module.at('dense'), context, { in: width, out: width });
}
