/**
 * MPT: a pre-norm decoder with ALiBi and no biases at all, neither in its layers nor in its norms.
 *
 * Source: MosaicML 2023, "Introducing MPT-7B", and its `llm-foundry`.
 */
import { gelu } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitThirds } from '../blocks/fused.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask, countAlong } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { alibiBias, mptSlopes } from '../blocks/positions/alibi.ts';
import { preNorm } from '../blocks/residual.ts';
import { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds } from './inputs.ts';
import { divide, refuseUnless } from './options.ts';

export const mpt: Family = {
  modelTypes: ['mpt'],
  prefix: 'transformer.',
  aliases: { 'transformer.wte.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary } = settingsOf(config);
    return { architecture: 'MPT', layers, heads, kvHeads: heads, headDim, positions: 'ALiBi', maxTokens, vocabulary };
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
  readonly maxTokens: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  /** Factor on q·k. */
  readonly scale: number;
  /** Limit c of −c … c on the joint projection, or null. */
  readonly clip: number | null;
  /** Exponent of the last slope. */
  readonly largest: number;
}

function settingsOf(config: Config): Settings {
  const width = config.count(['d_model', 'hidden_size']);
  const heads = config.count(['n_heads', 'num_attention_heads']);
  const headDim = divide(config, 'the head size', width, heads);
  const attend = config.has('attn_config') ? config.section('attn_config') : new Config({}, config.where);
  refuseUnless(!config.has('logit_scale'), config, 'logit_scale');
  refuseUnless(attend.flag('alibi', true), attend, 'alibi');
  refuseUnless(attend.text('attn_type', 'multihead_attention') === 'multihead_attention', attend, 'attn_type');
  for (const option of ['qk_ln', 'prefix_lm', 'attn_uses_sequence_id']) refuseUnless(!attend.flag(option, false), attend, option);
  return {
    ...{ width, heads, headDim },
    // Four times the width in every released model; the library that writes these files does so whatever `expansion_ratio` says.
    inner: 4 * width,
    layers: config.count(['n_layers', 'num_hidden_layers']),
    maxTokens: config.count('max_seq_len', 2048),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    scale: attend.number('softmax_scale', 1 / Math.sqrt(headDim)),
    clip: attend.has('clip_qkv') ? attend.number('clip_qkv') : null,
    largest: attend.number('alibi_bias_max', 8),
  };
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, vocabulary, layers, epsilon, heads, largest } = settings;
  const visible = causalPaddingMask(ops, attentionMask(build));
  const positions = ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
  const bias = alibiBias(ops, positions, mptSlopes(heads, largest)); // [1, H, 1, T]
  let x = build.record('hidden/0', unread(build, embedding(module.at('wte'), ids, vocabulary, width)));
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`blocks.${layer}`), x, { layer, visible, bias }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('norm_f'), x, width, epsilon));
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
  /** [1, H, 1, T] */
  readonly bias: T;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { width, inner, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const ffn = module.at('ffn');
  const parts = { up: ffn.at('up_proj'), act: ffn.at('act'), down: ffn.at('down_proj') };
  const attended = preNorm(module.ops, x, (y) => selfAttention(module.at('attn'), y, place, settings), norm('norm_1'));
  const thought = preNorm(module.ops, attended, (y) => feedForward(parts, y, { width, inner, f: gelu }), norm('norm_2'));
  return module.record(ffn.record(thought));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible, bias }: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, heads, headDim, scale, clip } = settings;
  const joint = linear(module.at('Wqkv'), x, { in: width, out: 3 * width });
  const parts = splitThirds(ops, clip === null ? joint : ops.clip(joint, -clip, clip), heads, headDim);
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim, scale, visible, bias, causal: true });
  return linear(module.at('out_proj'), context, { in: width, out: width });
}
