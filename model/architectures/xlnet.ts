/**
 * XLNet: a post-norm encoder with Transformer-XL's relative positions, that may read a text in any order of its tokens. With
 * `target_mapping` there are two streams: one knows what stands at every place, the query stream knows only which place it asks about.
 *
 * Source: Yang et al. 2019, "XLNet: Generalized Autoregressive Pretraining for Language Understanding", 2.3 and 2.4.
 */
import { activation } from '../blocks/activations.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { causalMask, countAlong, distances, paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { distanceSinusoids, distancesDown } from '../blocks/positions/transformer-xl.ts';
import { postNorm } from '../blocks/residual.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';
import { contentStream, queryStream, type Shared } from './xlnet-attention.ts';
import { xlnetHeads } from './xlnet-heads.ts';
import { type XlnetSettings, xlnetSettings } from './xlnet-settings.ts';

export const xlnet: Family = {
  modelTypes: ['xlnet'],
  prefix: 'transformer.',
  aliases: { 'transformer.word_embedding.weight': ['lm_loss.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, vocabulary } = xlnetSettings(config);
    const positions = 'relative (Transformer-XL)';
    return { architecture: 'XLNet', layers, heads, kvHeads: heads, headDim, positions, maxTokens: null, vocabulary };
  },
  build: (root, config) => {
    const settings = xlnetSettings(config);
    const { build } = root;
    const module = root.at('transformer');
    const ids = inputIds(build);
    const words = embedding(module.at('word_embedding'), ids, settings.vocabulary, settings.width);
    const shared = { ...masks(module, ids, settings), ...relations(module, ids, settings) };
    const mapping = build.given('target_mapping')
      ? build.input({ name: 'target_mapping', dtype: 'float32', shape: ['B', 'M', 'T'], fill: { by: 'user' } })
      : null;
    const hidden = mapping === null ? oneStream(module, words, shared, settings) : twoStreams(module, words, mapping, shared, settings);
    xlnetHeads(root, config, hidden, settings);
  },
};

/** What every stream may see: bool, broadcasts to [B, 1, T, T]. The query stream never sees its own place's content unless allowed. */
function masks<T>({ ops, build }: Module<T>, ids: T, { causal }: XlnetSettings): Pick<Shared<T>, 'seenByQuery' | 'seenByContent'> {
  const places = countAlong(ops, ids, 1);
  const distance = distances(ops, places, places); // [T, T]
  const padding = paddingMask(ops, attentionMask(build));
  let visible = causal ? ops.and(padding, causalMask(ops, distance)) : padding;
  if (build.given('perm_mask')) {
    const hidden = build.input({ name: 'perm_mask', dtype: 'float32', shape: ['B', 'T', 'T'], fill: { by: 'constant', value: 0 } });
    visible = ops.and(visible, ops.not(ops.cast(ops.unsqueeze(hidden, [1]), 'bool')));
  }
  const itself = ops.equal(distance, ops.scalar(0, 'int64'));
  return { seenByQuery: visible, seenByContent: ops.or(visible, itself) };
}

/** How every pair of places is related: its distance, and whether both belong to the same text. */
function relations<T>({ ops, build }: Module<T>, ids: T, settings: XlnetSettings): Pick<Shared<T>, 'sinusoids' | 'otherText'> {
  const { width, causal, clamp } = settings;
  const length = ops.squeeze(ops.dimension(ids, 1)); // []
  const one = ops.scalar(1, 'int64');
  const last = causal ? ops.scalar(0, 'int64') : ops.sub(one, length);
  const table = distanceSinusoids(ops, distancesDown(ops, length, last, clamp), width);
  const types = tokenTypeIds(build);
  const same = ops.equal(ops.unsqueeze(types, [1, 3]), ops.unsqueeze(types, [1, 2])); // [B, 1, T, T]
  return { sinusoids: ops.unsqueeze(table, [0]), otherText: ops.not(same) };
}

/** [B, T, D] → [B, T, D] */
function oneStream<T>(module: Module<T>, words: T, shared: Shared<T>, settings: XlnetSettings): T {
  const { build } = module;
  let content = build.record('hidden/0', words);
  for (let layer = 0; layer < settings.layers; layer++) {
    const place = module.at(`layer.${layer}`);
    const attend = (y: T): T => contentStream(place.at('rel_attn'), y, layer, shared, settings);
    content = xlnetLayer(place, content, attend, settings);
    build.record(`hidden/${layer + 1}`, content);
  }
  return content;
}

/**
 * The content stream as above; the query stream starts the same at all places, and reads the content below. Hidden states are recorded in
 * turn: content, query, content …
 * @param words [B, T, D]
 * @param mapping 1 where the m-th target stands: [B, M, T]
 * @returns the query stream [B, M, D]
 */
function twoStreams<T>(module: Module<T>, words: T, mapping: T, shared: Shared<T>, settings: XlnetSettings): T {
  const { ops, build } = module;
  const { width, layers } = settings;
  const targets = ops.concat([ops.dimension(mapping, 0), ops.dimension(mapping, 1), ops.integers([width])], { axis: 0 });
  let content = build.record('hidden/0', words);
  let query = build.record('hidden/1', ops.expand(module.weight('mask_emb', [1, 1, width]), targets));
  for (let layer = 0; layer < layers; layer++) {
    const place = module.at(`layer.${layer}`);
    const attention = place.at('rel_attn');
    const [below, asked] = [content, query];
    content = xlnetLayer(place, below, (y) => contentStream(attention, y, layer, shared, settings), settings);
    query = xlnetLayer(
      place,
      asked,
      (y) => queryStream(attention, { query: y, content: below, mapping }, layer, shared, settings),
      settings,
    );
    build.record(`hidden/${2 * layer + 2}`, content);
    build.record(`hidden/${2 * layer + 3}`, query);
  }
  return query;
}

/** LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x)): [B, T, D] → [B, T, D] */
function xlnetLayer<T>(module: Module<T>, x: T, attend: (y: T) => T, { width, inner, epsilon, activation: name }: XlnetSettings): T {
  const ff = module.at('ff');
  const norm = (place: Module<T>) => (sum: T) => layerNorm(place.at('layer_norm'), sum, width, epsilon);
  const parts = { up: ff.at('layer_1'), act: ff.at('activation_function'), down: ff.at('layer_2') };
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(name) });
  return postNorm(module.ops, postNorm(module.ops, x, attend, norm(module.at('rel_attn'))), think, norm(ff));
}
