/**
 * GPT-NeoX (and Pythia): rotary positions on a part of every head's columns; attention and feed-forward side by side, each behind a norm of
 * its own, unless the configuration wants them one after the other.
 *
 * Source: Black et al. 2022, "GPT-NeoX-20B: An Open-Source Autoregressive Language Model", 2.1.
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitInterleaved } from '../blocks/fused.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { type RotaryTables, rotaryTables, rotate } from '../blocks/positions/rotary.ts';
import type { RotarySettings } from '../blocks/positions/rotary-frequencies.ts';
import { parallel, preNorm } from '../blocks/residual.ts';
import { type Config, normaliseConfig } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, positionIds } from './inputs.ts';
import { divide } from './options.ts';
import { ropeOf } from './rope.ts';

export const gptNeox: Family = {
  modelTypes: ['gpt_neox'],
  prefix: 'gpt_neox.',
  aliases: { 'gpt_neox.embed_in.weight': ['embed_out.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary } = settingsOf(config);
    return { architecture: 'GPT-NeoX', layers, heads, kvHeads: heads, headDim, positions: 'rotary', maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('gpt_neox');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    const places = { ids, embedding: module.at('embed_in'), own: root.at('embed_out'), tiedByDefault: false };
    causalHead(root, config, hidden, { ...places, ...settings });
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
  readonly activation: string;
  readonly rope: RotarySettings;
  readonly isParallel: boolean;
}

/** Part of a head's columns that are turned where a configuration does not say. */
const ROTARY_PART = 0.25;

function settingsOf(config: Config): Settings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const headDim = divide(config, 'the head size', width, heads);
  return {
    ...{ width, heads, headDim },
    inner: config.count('intermediate_size'),
    layers: config.count('num_hidden_layers'),
    maxTokens: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_eps', 1e-5),
    activation: config.text('hidden_act', 'gelu'),
    rope: ropeOf(normaliseConfig({ rotary_pct: ROTARY_PART, ...config.values }, config.where), headDim),
    isParallel: config.flag('use_parallel_residual', true),
  };
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, vocabulary, layers, epsilon, rope } = settings;
  const visible = causalPaddingMask(ops, attentionMask(build));
  const tables = rotaryTables(ops, unread(build, positionIds(build)), rope);
  module.record(tables.cos, 'rotary_emb');
  let x = build.record('hidden/0', unread(build, embedding(module.at('embed_in'), ids, vocabulary, width)));
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`layers.${layer}`), x, { layer, visible, tables }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('final_layer_norm'), x, width, epsilon));
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
  readonly tables: RotaryTables<T>;
}

/** x + attention(LayerNorm₁(x)) + feedForward(LayerNorm₂(x)), or the second after the first: [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner, epsilon } = settings;
  const mlp = module.at('mlp');
  const parts = { up: mlp.at('dense_h_to_4h'), act: mlp.at('act'), down: mlp.at('dense_4h_to_h') };
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const [first, second] = [norm('input_layernorm'), norm('post_attention_layernorm')];
  const attend = (y: T): T => selfAttention(module.at('attention'), y, place, settings);
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  if (settings.isParallel) return module.record(parallel(ops, x, [(y) => attend(first(y)), (y) => think(second(y))]));
  return module.record(preNorm(ops, preNorm(ops, x, attend, first), think, second));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible, tables }: Place<T>, { width, heads, headDim }: Settings): T {
  const { ops } = module;
  const { query, key, value } = splitInterleaved(
    ops,
    linear(module.at('query_key_value'), x, { in: width, out: 3 * width }),
    heads,
    headDim,
  );
  const turned = { query: rotate(ops, query, tables, headDim), key: rotate(ops, key, tables, headDim), value };
  const context = attention(module, turned, { kind: 'self', layer, heads, headDim, visible, causal: true });
  return linear(module.at('dense'), context, { in: width, out: width });
}
