/**
 * OPT: learned positions that count from 2 and leave padding out; norms before the sublayers, or after them in the 350M model; embeddings
 * that may be narrower than the layers.
 *
 * Source: Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models", 2.1.
 */
import { activation } from '../blocks/activations.ts';
import { plainNorm } from '../blocks/adaptive-norm.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask, textPositions } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { postNorm, preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds } from './inputs.ts';
import { divide } from './options.ts';

export const opt: Family = {
  modelTypes: ['opt'],
  prefix: 'model.',
  aliases: { 'model.decoder.embed_tokens.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary } = settingsOf(config);
    return { architecture: 'OPT', layers, heads, kvHeads: heads, headDim, positions: 'learned', maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const module = root.at('model.decoder');
    const ids = inputIds(root.build);
    const hidden = decoder(module, ids, settings);
    const places = { ids, embedding: module.at('embed_tokens'), tiedByDefault: true, vocabulary: settings.vocabulary };
    causalHead(root, config, hidden, { ...places, width: settings.embedded });
  },
};

interface Settings {
  readonly width: number;
  /** E, the width of the embeddings and of what goes into the head. */
  readonly embedded: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly vocabulary: number;
  readonly activation: string;
  readonly normFirst: boolean;
  readonly finalNorm: boolean;
  /** False where norms have neither gain nor bias. */
  readonly affine: boolean;
}

/** The table of positions has two rows before the first token's, from the padding index of the code that it was trained with. */
const OFFSET = 2;

/** No configuration names ε. */
const EPSILON = 1e-5;

function settingsOf(config: Config): Settings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const normFirst = config.flag('do_layer_norm_before', true);
  return {
    ...{ width, heads, headDim: divide(config, 'the head size', width, heads) },
    embedded: config.count('word_embed_proj_dim', width),
    inner: config.count('ffn_dim'),
    layers: config.count('num_hidden_layers'),
    maxTokens: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    activation: config.text('activation_function', 'relu'),
    normFirst,
    affine: config.flag('layer_norm_elementwise_affine', true),
    finalNorm: normFirst && !config.flag('_remove_final_layer_norm', false),
  };
}

/** Ids → the last hidden state [B, T, E], after the final norm and the projection to the width of the embeddings. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, embedded, vocabulary, layers, finalNorm } = settings;
  const mask = attentionMask(build);
  const words = embedding(module.at('embed_tokens'), ids, vocabulary, embedded);
  const wide = embedded === width ? words : linear(module.at('project_in'), words, { in: embedded, out: width });
  let x = build.record('hidden/0', unread(build, ops.add(wide, positions(module, mask, settings))));
  const visible = causalPaddingMask(ops, mask);
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`layers.${layer}`), x, { layer, visible }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  const normed = finalNorm ? norm(module.at('final_layer_norm'), x, settings) : x;
  const narrow = embedded === width ? normed : linear(module.at('project_out'), normed, { in: width, out: embedded });
  return build.record(`hidden/${layers}`, narrow);
}

/** mask [B, T] → [B, T, D] */
function positions<T>(module: Module<T>, mask: T, { maxTokens, width }: Settings): T {
  const { ops } = module;
  const rows = ops.add(textPositions(ops, mask), ops.scalar(OFFSET, 'int64'));
  return embedding(module.at('embed_positions'), rows, maxTokens + OFFSET, width);
}

function norm<T>(module: Module<T>, x: T, { width, affine }: Settings): T {
  return (affine ? layerNorm : plainNorm)(module, x, width, EPSILON);
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)); or with the norms after the sums: [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner, normFirst } = settings;
  const step = normFirst ? preNorm : postNorm;
  const normed = (name: string) => (y: T) => norm(module.at(name), y, settings);
  const parts = { up: module.at('fc1'), act: module.at('activation_fn'), down: module.at('fc2') };
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  const attended = step(ops, x, (y) => selfAttention(module.at('self_attn'), y, place, settings), normed('self_attn_layer_norm'));
  return module.record(step(ops, attended, think, normed('final_layer_norm')));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, { width, heads, headDim }: Settings): T {
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('q_proj'), project('k_proj'), project('v_proj')];
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, visible, causal: true });
  return linear(module.at('out_proj'), context, { in: width, out: width });
}
