/**
 * DeBERTa, versions 2 and 3: BERT's layers with disentangled attention, relative positions in buckets, and in the largest models a
 * convolution beside the first layer.
 *
 * Sources: He et al. 2021, "DeBERTa"; He, Gao, Chen 2023, "DeBERTaV3".
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong, distances, paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { bucketOf, disentangledBias } from '../blocks/positions/disentangled.ts';
import { bertLayer } from './bert-encoder.ts';
import { debertaHeads } from './deberta-heads.ts';
import { type Convolution, type DebertaSettings, debertaSettings, type RelativeSettings } from './deberta-settings.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';

export const deberta: Family = {
  modelTypes: ['deberta-v2'],
  prefix: 'deberta.',
  aliases: { 'deberta.embeddings.word_embeddings.weight': ['cls.predictions.decoder.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, maxTokens, vocabulary, relative, absolute } = debertaSettings(config);
    const kinds = [...(relative === null ? [] : ['relative (DeBERTa)']), ...(absolute ? ['learned'] : [])];
    const positions = kinds.length === 0 ? null : kinds.join(' and ');
    return { architecture: 'DeBERTa', layers, heads, kvHeads: heads, headDim, positions, maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = debertaSettings(config);
    const base = root.at('deberta');
    const [ids, mask] = [inputIds(root.build), attentionMask(root.build)];
    const kept = root.ops.unsqueeze(root.ops.cast(mask, 'float32'), [2]); // [B, T, 1]
    const x = embeddings(base.at('embeddings'), ids, kept, settings);
    debertaHeads(root, config, encoder(base.at('encoder'), x, { visible: paddingMask(root.ops, mask), kept }, settings), settings);
  },
};

/**
 * LayerNorm(word (+ position) (+ type)), padding set to 0
 * @param ids int64 [B, T]
 * @param kept 1 = a token, 0 = padding: [B, T, 1]
 * @returns [B, T, D]
 */
function embeddings<T>(module: Module<T>, ids: T, kept: T, settings: DebertaSettings): T {
  const { ops } = module;
  const { width, embedded, vocabulary, maxTokens, types, epsilon } = settings;
  let sum = embedding(module.at('word_embeddings'), ids, vocabulary, embedded);
  if (settings.absolute) {
    const places = ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
    sum = ops.add(sum, embedding(module.at('position_embeddings'), places, maxTokens, embedded));
  }
  if (types > 0) sum = ops.add(sum, embedding(module.at('token_type_embeddings'), tokenTypeIds(module.build), types, embedded));
  const wide = embedded === width ? sum : linear(module.at('embed_proj'), sum, { in: embedded, out: width });
  return ops.mul(layerNorm(module.at('LayerNorm'), wide, width, epsilon), kept);
}

interface Masks<T> {
  /** bool [B, 1, 1, T] */
  readonly visible: T;
  /** [B, T, 1] */
  readonly kept: T;
}

/** All layers: [B, T, D] → [B, T, D] */
function encoder<T>(module: Module<T>, x: T, { visible, kept }: Masks<T>, settings: DebertaSettings): T {
  const { ops, build } = module;
  const { layers, relative, convolution } = settings;
  const places = countAlong(ops, x, 1);
  const distance = distances(ops, places, places); // [T, T]
  const positions =
    relative === null ? null : { table: positionTable(module, settings, relative), rows: bucketOf(ops, distance, relative), relative };
  let hidden = build.record('hidden/0', x);
  for (let layer = 0; layer < layers; layer++) {
    const attend = (self: Module<T>, y: T): T => selfAttention(self, y, { layer, visible, positions }, settings);
    hidden = bertLayer(module.at(`layer.${layer}`), hidden, attend, settings);
    if (layer === 0 && convolution !== null) hidden = convolve(module.at('conv'), x, hidden, kept, { ...settings, convolution });
    build.record(`hidden/${layer + 1}`, hidden);
  }
  return hidden;
}

/** A vector for every bucket, the same for all layers: [1, rows, D] */
function positionTable<T>(module: Module<T>, { width, epsilon }: DebertaSettings, { rows, normed }: RelativeSettings): T {
  const table = module.at('rel_embeddings').weight('weight', [rows, width]);
  return module.ops.unsqueeze(normed ? layerNorm(module.at('LayerNorm'), table, width, epsilon) : table, [0]);
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, 1, T] */
  readonly visible: T;
  /** The table [1, rows, D] and the row of every pair, int64 [T, T] */
  readonly positions: { readonly table: T; readonly rows: T; readonly relative: RelativeSettings } | null;
}

/** The contexts of all heads: [B, T, D] → [B, T, D] */
function selfAttention<T>(self: Module<T>, x: T, { layer, visible, positions }: Place<T>, settings: DebertaSettings): T {
  const { ops } = self;
  const { width, heads, headDim, scale } = settings;
  const project = (name: string, y: T): T => splitHeads(ops, linear(self.at(name), y, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('query_proj', x), project('key_proj', x), project('value_proj', x)];
  let bias: T | null = null;
  if (positions !== null) {
    const { table, rows, relative } = positions;
    const positionKey = relative.contentToPosition ? project(relative.shared ? 'key_proj' : 'pos_key_proj', table) : null;
    const positionQuery = relative.positionToContent ? project(relative.shared ? 'query_proj' : 'pos_query_proj', table) : null;
    bias = disentangledBias(ops, { query, key, positionKey, positionQuery, rows });
  }
  const scaled = bias === null ? null : ops.mul(bias, scale);
  const masked = { visible, mayBeBlind: false };
  const which = { kind: 'self', layer, heads, headDim, scale, ...masked, bias: scaled, fromQueryAndKey: bias === null } as const;
  return attention(self, { query, key, value }, which);
}

/** LayerNorm(y + f(conv(x))), padding set to 0: x goes into the first layer, y comes out of it, [B, T, D] each */
function convolve<T>(
  module: Module<T>,
  x: T,
  y: T,
  kept: T,
  { width, epsilon, convolution }: DebertaSettings & { readonly convolution: Convolution },
): T {
  const { ops } = module;
  const { kernel, groups: group, activation: name } = convolution;
  const inner = module.at('conv');
  const [weight, bias] = [inner.weight('weight', [width, width / group, kernel]), inner.weight('bias', [width])];
  const side = Math.floor((kernel - 1) / 2);
  const convolved = inner.record(ops.conv(ops.transpose(x, [0, 2, 1]), weight, bias, { group, pads: [side, side] })); // [B, D, T]
  const active = activation(name)(ops, ops.mul(ops.transpose(convolved, [0, 2, 1]), kept));
  return ops.mul(layerNorm(module.at('LayerNorm'), ops.add(y, active), width, epsilon), kept);
}
