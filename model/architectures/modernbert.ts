/**
 * ModernBERT: a pre-norm encoder with rotary positions and gated feed-forward; every n-th layer sees the whole text, the others a
 * neighbourhood, each kind with a rotary base of its own.
 *
 * Source: Warner et al. 2024, "Smarter, Better, Faster, Longer: A Modern Bidirectional Encoder for Fast, Memory Efficient, and Long Context
 * Finetuning and Inference".
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong, distances, nearMask, paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { rotaryTables, rotate } from '../blocks/positions/rotary.ts';
import type { RotarySettings } from '../blocks/positions/rotary-frequencies.ts';
import { preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { attentionMask, inputIds, positionIds } from './inputs.ts';
import { layerTypesOf } from './layer-types.ts';
import { modernBertHeads } from './modernbert-heads.ts';
import { divide } from './options.ts';
import { ropeOf } from './rope.ts';

export const modernbert: Family = {
  modelTypes: ['modernbert'],
  prefix: 'model.',
  aliases: { 'model.embeddings.tok_embeddings.weight': ['decoder.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary } = settingsOf(config);
    const sizes = { layers: layers.length, heads, kvHeads: heads, headDim, maxTokens, vocabulary };
    return { architecture: 'ModernBERT', positions: 'rotary', ...sizes };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const mask = attentionMask(root.build);
    const hidden = encoder(root.at('model'), inputIds(root.build), mask, settings);
    modernBertHeads(root, config, hidden, { mask, labels: labelCount(config), ...settings });
  },
};

interface LayerKind {
  readonly rope: RotarySettings;
  /** How far to each side a token sees; null for the whole text. */
  readonly reach: number | null;
}

interface Settings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: readonly LayerKind[];
  readonly maxTokens: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
}

/** What a configuration means when it does not say. */
const [EVERY, NEIGHBOURHOOD, GLOBAL_BASE, LOCAL_BASE] = [3, 128, 160_000, 10_000];

function settingsOf(config: Config): Settings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  return {
    ...{ width, heads, headDim: divide(config, 'the head size', width, heads) },
    inner: config.count('intermediate_size'),
    layers: layerKinds(config, width / heads),
    maxTokens: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('norm_eps', 1e-5),
    activation: config.text('hidden_activation', 'gelu'),
  };
}

function layerKinds(config: Config, headDim: number): LayerKind[] {
  const every = config.count('global_attn_every_n_layers', EVERY);
  const full = { rope: ropeOf(config, headDim, GLOBAL_BASE), reach: null };
  const reach = Math.floor(config.count('local_attention', NEIGHBOURHOOD) / 2);
  const near = { rope: ropeOf(config, headDim, LOCAL_BASE, 'sliding_attention'), reach };
  const types = layerTypesOf(config, config.count('num_hidden_layers'), (layer) => layer % every !== 0);
  return types.map((type) => (type === 'sliding_attention' ? near : full));
}

/** Ids → what the last layer gives, through the last norm: [B, T] → [B, T, D]. `hidden/L` is before that norm. */
function encoder<T>(module: Module<T>, ids: T, mask: T, settings: Settings): T {
  const { build, ops } = module;
  const { width, vocabulary, epsilon, layers } = settings;
  const words = embedding(module.at('embeddings.tok_embeddings'), ids, vocabulary, width);
  let x = build.record('hidden/0', layerNorm(module.at('embeddings.norm'), words, width, epsilon));
  const positions = countAlong(ops, ids, 1);
  const shared = {
    positions: build.given('position_ids') ? positionIds(build) : ops.unsqueeze(positions, [0]),
    distance: distances(ops, positions, positions), // [T, T]
    padding: paddingMask(ops, mask), // [B, 1, 1, T]
  };
  layers.forEach((kind, layer) => {
    x = encoderLayer(module.at(`layers.${layer}`), x, { layer, kind, ...shared }, settings);
    build.record(`hidden/${layer + 1}`, x);
  });
  return layerNorm(module.at('final_norm'), x, width, epsilon);
}

interface Place<T> {
  readonly layer: number;
  readonly kind: LayerKind;
  /** int64 [B, T] or [1, T] */
  readonly positions: T;
  /** i − j, int64 [T, T] */
  readonly distance: T;
  /** bool [B, 1, 1, T] */
  readonly padding: T;
}

/** x + attention(norm(x)), then x + mlp(norm(x)); the first layer has no first norm, as the embeddings have one: [B, T, D] → [B, T, D] */
function encoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { width, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const first = place.layer === 0 ? (y: T) => y : norm('attn_norm');
  const attended = preNorm(module.ops, x, (y) => selfAttention(module.at('attn'), y, place, settings), first);
  return preNorm(module.ops, attended, (y) => gatedPerceptron(module.at('mlp'), y, settings), norm('mlp_norm'));
}

/** [B, T, D] → [B, T, D]; the projection `Wqkv` is [q | k | v] side by side. */
function selfAttention<T>(module: Module<T>, x: T, place: Place<T>, { width, heads, headDim }: Settings): T {
  const { ops } = module;
  const { layer, kind, distance, padding } = place;
  const joint = linear(module.at('Wqkv'), x, { in: width, out: 3 * width });
  const [q, k, value] = ops.split(joint, 3, { axis: -1 }).map((part) => splitHeads(ops, part, heads, headDim)) as [T, T, T];
  const tables = rotaryTables(ops, place.positions, kind.rope);
  module.record(tables.cos, 'rotary_emb');
  const [query, key] = [rotate(ops, q, tables, headDim), rotate(ops, k, tables, headDim)];
  const visible = kind.reach === null ? padding : ops.and(padding, nearMask(ops, distance, kind.reach));
  const window = kind.reach === null ? null : kind.reach + 1;
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, visible, window });
  return linear(module.at('Wo'), context, { in: width, out: width });
}

/** (f(x·Wᵢᵀ) ⊙ x·W_gᵀ)·Wₒᵀ, with both first layers in one: `Wi` is [input | gate]. [B, T, D] → [B, T, D] */
function gatedPerceptron<T>(module: Module<T>, x: T, { width, inner, activation: name }: Settings): T {
  const { ops } = module;
  const [input, gate] = ops.split(linear(module.at('Wi'), x, { in: width, out: 2 * inner }), 2, { axis: -1 }) as [T, T];
  const active = module.record(activation(name)(ops, input), 'act');
  return linear(module.at('Wo'), ops.mul(active, gate), { in: inner, out: width });
}
