/**
 * Marian, the translation models of OPUS-MT: the 2017 Transformer with swish and a sinusoidal table, first half sine, second half cosine.
 *
 * Source: Junczys-Dowmunt et al. 2018, "Marian: Fast Neural Machine Translation in C++"; Tiedemann, Thottingal 2020, "OPUS-MT".
 */

import { embedding } from '../blocks/embedding.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { type BartSettings, bartFamily, bartSettings, type Side } from './bart-kin.ts';
import { tableOf } from './encoder-decoder.ts';
import { isTied } from './heads.ts';
import { tableOfSinusoids } from './sinusoidal-table.ts';

interface MarianSettings extends BartSettings {
  /** V of the target. */
  readonly targetVocabulary: number;
  /** One table of words for both sides. */
  readonly shared: boolean;
}

export const marian = bartFamily<MarianSettings>({
  modelTypes: ['marian'],
  architecture: 'Marian',
  positions: 'sinusoidal',
  aliases: {
    'model.shared.weight': ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight', 'lm_head.weight'],
  },
  settings: (config) => {
    const vocabulary = config.count('vocab_size');
    return {
      ...{ ...bartSettings(config), vocabulary, normFirst: false, embeddingNorm: false },
      maxTokens: config.count('max_position_embeddings'),
      targetVocabulary: config.count('decoder_vocab_size', vocabulary),
      shared: config.flag('share_encoder_decoder_embeddings', true),
    };
  },
  words,
  places: (module, ids, { maxTokens, width }) => {
    const table = module.at('embed_positions');
    return table.record(tableOfSinusoids(table, countAlong(module.ops, ids, 1), maxTokens, { width, layout: 'half', exponent: '2i/D' }));
  },
  output: (root, config, settings) => {
    const tied = isTied(root, config, 'lm_head.weight', true);
    return { embedding: table(root, 'decoder', settings), own: root.at('lm_head'), tied, vocabulary: settings.targetVocabulary };
  },
});

/** int64 [B, T] → [B, T, D] */
function words<T>(root: Module<T>, side: Side, ids: T, settings: MarianSettings): T {
  const { vocabulary, targetVocabulary, width, factor } = settings;
  const rows = embedding(table(root, side, settings), ids, side === 'encoder' ? vocabulary : targetVocabulary, width);
  return factor === 1 ? rows : root.ops.mul(rows, factor);
}

function table<T>(root: Module<T>, side: Side, { shared, tied }: MarianSettings): Module<T> {
  const own = `model.${side}.embed_tokens`;
  if (shared) return tableOf(root, own, 'model.shared', tied);
  return root.at(own).has('weight') ? root.at(own) : root.at('lm_head');
}
