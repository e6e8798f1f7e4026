/**
 * Falcon: one key and value for all heads (7B), for a group of heads (40B, 180B: `new_decoder_architecture`) or for each (RW); attention and
 * feed-forward side by side or one after the other; rotary positions or ALiBi.
 *
 * Source: Almazrouei et al. 2023, "The Falcon Series of Open Language Models", 4.3.
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitGroups } from '../blocks/fused.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask, textPositions } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { alibiBias, alibiSlopes } from '../blocks/positions/alibi.ts';
import { type RotaryTables, rotaryTables, rotate } from '../blocks/positions/rotary.ts';
import type { RotarySettings } from '../blocks/positions/rotary-frequencies.ts';
import { parallel, preNorm } from '../blocks/residual.ts';
import type { Ops } from '../ops/ops.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, positionIds } from './inputs.ts';
import { divide } from './options.ts';
import { ropeOf } from './rope.ts';

export const falcon: Family = {
  modelTypes: ['falcon'],
  prefix: 'transformer.',
  aliases: { 'transformer.word_embeddings.weight': ['lm_head.weight'] },
  describe: (config) => {
    const { layers, heads, kvHeads, headDim, maxTokens, vocabulary, rope } = settingsOf(config);
    const positions = rope === null ? 'ALiBi' : 'rotary';
    return { architecture: 'Falcon', layers, heads, kvHeads, headDim, positions, maxTokens, vocabulary };
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
  readonly kvHeads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Null with ALiBi. */
  readonly rope: RotarySettings | null;
  /** Attention and feed-forward read the same input. */
  readonly isParallel: boolean;
  /** Names of the norms before attention and before the feed-forward; the same where both read one norm. */
  readonly norms: readonly [attention: string, feedForward: string];
}

function settingsOf(config: Config): Settings {
  const width = config.count(['hidden_size', 'n_embed']);
  const heads = config.count(['num_attention_heads', 'n_head']);
  const headDim = divide(config, 'the head size', width, heads);
  const isNew = config.flag('new_decoder_architecture', false);
  const sharedKeys = config.flag('multi_query', true) ? 1 : heads;
  const isParallel = isNew || config.flag('parallel_attn', true);
  return {
    ...{ width, heads, headDim },
    kvHeads: isNew ? config.count(['num_kv_heads', 'n_head_kv'], heads) : sharedKeys,
    inner: config.count('ffn_hidden_size', 4 * width),
    layers: config.count(['num_hidden_layers', 'n_layer']),
    maxTokens: config.count('max_position_embeddings', 2048),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    activation: config.text('activation', 'gelu'),
    rope: config.flag('alibi', false) ? null : ropeOf(config, headDim),
    isParallel,
    norms: normsOf(isNew ? config.count('num_ln_in_parallel_attn', 2) : 1, isParallel),
  };
}

function normsOf(count: number, isParallel: boolean): Settings['norms'] {
  if (count === 2) return ['ln_attn', 'ln_mlp'];
  return ['input_layernorm', isParallel ? 'input_layernorm' : 'post_attention_layernorm'];
}

/** Ids → the last hidden state [B, T, D], after the final norm. */
function decoder<T>(module: Module<T>, ids: T, settings: Settings): T {
  const { ops, build } = module;
  const { width, vocabulary, layers, epsilon } = settings;
  const mask = attentionMask(build);
  const shared = { visible: causalPaddingMask(ops, mask), ...order(module, mask, settings) };
  let x = build.record('hidden/0', unread(build, embedding(module.at('word_embeddings'), ids, vocabulary, width)));
  for (let layer = 0; layer < layers; layer++) {
    x = decoderLayer(module.at(`h.${layer}`), x, { layer, ...shared }, settings);
    if (layer + 1 < layers) build.record(`hidden/${layer + 1}`, x);
  }
  return build.record(`hidden/${layers}`, layerNorm(module.at('ln_f'), x, width, epsilon));
}

type Order<T> = Pick<Place<T>, 'tables' | 'bias'>;

/** Rotary tables, or ALiBi: rounded to bfloat16 as the models were trained, and divided by √d with the scores. */
function order<T>(module: Module<T>, mask: T, { rope, heads, headDim }: Settings): Order<T> {
  const { ops, build } = module;
  if (rope === null) {
    const slopes = toBfloat16(ops, ops.floats(alibiSlopes(heads), [1, heads, 1, 1]));
    const bias = toBfloat16(ops, alibiBias(ops, textPositions(ops, mask), slopes));
    return { tables: null, bias: ops.mul(bias, 1 / Math.sqrt(headDim)) };
  }
  const tables = rotaryTables(ops, unread(build, positionIds(build)), rope);
  module.record(tables.cos, 'rotary_emb');
  return { tables, bias: null };
}

/**
 * The nearest number with eight significant bits, as float32: c − (c − x) with c = (2¹⁶ + 1)·x. A Cast would need kernels that not every build
 * of the runtime has. Source: Dekker 1971, "A floating-point technique for extending the available precision", 5.
 */
function toBfloat16<T>(ops: Ops<T>, x: T): T {
  const scaled = ops.mul(x, 2 ** 16 + 1);
  return ops.sub(scaled, ops.sub(scaled, x));
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, T, T] */
  readonly visible: T;
  readonly tables: RotaryTables<T> | null;
  /** [B, H, 1, T] */
  readonly bias: T | null;
}

/** x + attention(norm₁(x)) + feedForward(norm₂(x)), or the second after the first: [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner, epsilon, isParallel, norms } = settings;
  const [first, second] = norms;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const mlp = module.at('mlp');
  const parts = { up: mlp.at('dense_h_to_4h'), act: mlp.at('act'), down: mlp.at('dense_4h_to_h') };
  const attend = (y: T): T => selfAttention(module.at('self_attention'), y, place, settings);
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  if (!isParallel) return module.record(preNorm(ops, preNorm(ops, x, attend, norm(first)), think, norm(second)));
  const forAttention = norm(first)(x);
  const forThought = first === second ? forAttention : norm(second)(x);
  return module.record(parallel(ops, x, [() => attend(forAttention), () => think(forThought)]));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible, tables, bias }: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, heads, kvHeads, headDim } = settings;
  const joint = linear(module.at('query_key_value'), x, { in: width, out: (heads + 2 * kvHeads) * headDim });
  const { query, key, value } = splitGroups(ops, joint, { heads, groups: kvHeads, headDim });
  const turn = (y: T): T => (tables === null ? y : rotate(ops, y, tables, headDim));
  const parts = { query: turn(query), key: turn(key), value };
  const context = attention(module, parts, { kind: 'self', layer, heads, kvHeads, headDim, visible, bias, causal: true });
  return linear(module.at('dense'), context, { in: width, out: width });
}
