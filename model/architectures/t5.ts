/**
 * T5 and mT5: an encoder–decoder with relative positions alone; norms before the sublayers, without bias; scores are not divided by √d.
 * Version 1.1 has a gated feed-forward and output weights of its own.
 *
 * Sources: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer"; Shazeer 2020, "GLU Variants
 * Improve Transformer"; Xue et al. 2021, "mT5".
 */
import { embedding } from '../blocks/embedding.ts';
import { paddingMask } from '../blocks/masks.ts';
import { encoded, type Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { classPlan } from './bart-classes.ts';
import {
  hasDecoder,
  isEncoderAlone,
  outputLogits,
  sightOf,
  sourceInputs,
  type TokenInputs,
  tableOf,
  targetInputs,
} from './encoder-decoder.ts';
import type { Family } from './family.ts';
import { headIsThere, headOf } from './heads.ts';
import { t5Decoder, t5Encoder } from './t5-layers.ts';
import { type T5Settings, t5Settings } from './t5-settings.ts';
import { tokenClasses } from './text-heads.ts';

export const t5: Family = {
  modelTypes: ['t5', 'mt5'],
  prefix: '',
  wrappers: ['transformer.'],
  aliases: { 'shared.weight': ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight', 'lm_head.weight'] },
  describe: (config) => {
    const { encoderLayers, decoderLayers, heads, headDim, vocabulary } = t5Settings(config);
    const layers = encoderLayers + (isEncoderAlone(config) ? 0 : decoderLayers);
    const sizes = { layers, heads, kvHeads: heads, headDim, vocabulary };
    return { architecture: config.text('model_type') === 'mt5' ? 'mT5' : 'T5', positions: 'relative buckets', maxTokens: null, ...sizes };
  },
  build: (root, config) => {
    const settings = t5Settings(config);
    const { ids, mask } = sourceInputs(root.build);
    const alone = !hasDecoder(root, config, 'decoder.final_layer_norm.weight');
    const memory = encoded(root.build, settings.width, () => {
      const place = { visible: paddingMask(root.ops, mask), alone };
      return t5Encoder(root.at('encoder'), words(root, 'encoder', ids, settings), place, settings);
    });
    if (alone) writeEncoder(root, config, memory, settings.width);
    else target(root, config, { ids, memory, mask }, settings);
  },
};

/** Outputs `logits` [B, S, labels] of a classifier of tokens, or `last_hidden_state` [B, S, D]. */
function writeEncoder<T>(root: Module<T>, config: Config, memory: T, width: number): void {
  const isClassifier = headOf(config) === 'TokenClassification' && headIsThere(root, 'TokenClassification', 'classifier.weight');
  if (isClassifier) tokenClasses(root, config, memory, width).write();
  else root.build.output('last_hidden_state', memory);
}

/** Ids → words of a side: int64 [B, T] → [B, T, D] */
function words<T>(root: Module<T>, side: 'encoder' | 'decoder', ids: T, { vocabulary, width, tiedTables }: T5Settings): T {
  return embedding(tableOf(root, `${side}.embed_tokens`, 'shared', tiedTables), ids, vocabulary, width);
}

/** The decoder and its head: outputs `logits` [B, T, V] or `last_hidden_state` [B, T, D], and `encoder_last_hidden_state` [B, S, D]. */
function target<T>(root: Module<T>, config: Config, source: TokenInputs<T> & { readonly memory: T }, settings: T5Settings): void {
  const { build, ops } = root;
  const { vocabulary, width, tied, tiedTables, scaledOutput } = settings;
  const shared = root.at('shared');
  const classes = classPlan(root, config, { ids: source.ids, first: 'start', width });
  const { ids, mask } = classes?.target ?? targetInputs(build, config);
  const sight = sightOf(build, source.memory, source.mask, mask);
  const hidden = t5Decoder(root.at('decoder'), words(root, 'decoder', ids, settings), sight, settings);
  if (classes !== null) classes.write(hidden);
  else {
    const scaled = scaledOutput ? ops.mul(hidden, 1 / Math.sqrt(width)) : hidden;
    const own = root.at('lm_head');
    const places = { embedding: shared, own, tied: tied || (tiedTables && !own.has('weight')), width, vocabulary };
    const logits = outputLogits(root, config, scaled, places);
    build.output(logits === null ? 'last_hidden_state' : 'logits', logits ?? hidden);
  }
  build.output('encoder_last_hidden_state', source.memory);
}
