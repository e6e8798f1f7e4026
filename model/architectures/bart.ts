/**
 * BART: the 2017 Transformer with learned positions, a norm on the embeddings and GELU; trained to mend broken text.
 *
 * Source: Lewis et al. 2020, "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and Comprehension", 2.1.
 */

import { embedding } from '../blocks/embedding.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { type BartKin, type BartSettings, bartFamily, bartSettings, type Side } from './bart-kin.ts';
import { tableOf } from './encoder-decoder.ts';
import { isTied } from './heads.ts';

/** The table of positions has two rows before the first token's, from the padding index of the code that it was trained with. */
const OFFSET = 2;

/** Where BART and mBART agree. */
export const BART_EMBEDDINGS: Pick<BartKin<BartSettings>, 'positions' | 'aliases' | 'words' | 'places' | 'output'> = {
  positions: 'learned',
  aliases: { 'model.shared.weight': ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight', 'lm_head.weight'] },
  words: scaledWords,
  places: learnedPlaces,
  output: (root, config, { vocabulary }) => ({
    ...{ embedding: root.at('model.shared'), own: root.at('lm_head'), vocabulary },
    tied: isTied(root, config, 'lm_head.weight', true),
  }),
};

export const bart = bartFamily({
  ...BART_EMBEDDINGS,
  modelTypes: ['bart'],
  architecture: 'BART',
  classes: 'start',
  settings: (config) => ({ ...learnedSettings(config), normFirst: false, embeddingNorm: true }),
});

/** What configurations of BART and mBART say alike. */
export function learnedSettings(config: Config): Omit<BartSettings, 'normFirst' | 'embeddingNorm'> {
  return { ...bartSettings(config), vocabulary: config.count('vocab_size'), maxTokens: config.count('max_position_embeddings') };
}

/** One table for both sides, unless the file has more: int64 [B, T] → [B, T, D] */
function scaledWords<T>(root: Module<T>, side: Side, ids: T, { vocabulary, width, factor, tied }: BartSettings): T {
  const { ops } = root;
  const words = ops.gather(tableOf(root, `model.${side}.embed_tokens`, 'model.shared', tied).weight('weight', [vocabulary, width]), ids);
  return root.at(`model.${side}.embed_tokens`).record(factor === 1 ? words : ops.mul(words, factor));
}

/** int64 [B, T] → [1, T, D] */
function learnedPlaces<T>(module: Module<T>, ids: T, { maxTokens, width }: BartSettings): T {
  const { ops } = module;
  const rows = ops.add(ops.unsqueeze(countAlong(ops, ids, 1), [0]), ops.scalar(OFFSET, 'int64'));
  return embedding(module.at('embed_positions'), rows, maxTokens + OFFSET, width);
}
