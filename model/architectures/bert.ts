/**
 * BERT, and StructBERT, which is BERT trained otherwise: learned positions, token types, post-norm encoder.
 *
 * Sources: Devlin et al. 2019, "BERT"; Wang et al. 2019, "StructBERT".
 */
import { embedding } from '../blocks/embedding.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { type BertSettings, bertEncoder, bertSettings, describeBert } from './bert-encoder.ts';
import { bertHead } from './bert-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';

export const bert: Family = {
  modelTypes: ['bert'],
  prefix: 'bert.',
  aliases: { 'bert.embeddings.word_embeddings.weight': ['cls.predictions.decoder.weight'] },
  describe: (config) => describeBert('BERT', config),
  build: (root, config) => {
    const settings = bertSettings(config);
    const base = root.at('bert');
    const [ids, mask, types] = [inputIds(root.build), attentionMask(root.build), tokenTypeIds(root.build)];
    const hidden = bertEncoder(base.at('encoder'), embeddings(base.at('embeddings'), ids, types, settings), mask, settings);
    bertHead({ root, base, ...settings }, config, hidden);
  },
};

/**
 * LayerNorm(word + type + position); relative positions come later, in the scores.
 * @param ids int64 [B, T]
 * @param types int64 [B, T]
 * @returns [B, T, D]
 */
function embeddings<T>(module: Module<T>, ids: T, types: T, settings: BertSettings): T {
  const { ops } = module;
  const { width, vocabulary, positions, epsilon } = settings;
  const words = embedding(module.at('word_embeddings'), ids, vocabulary, width);
  let sum = ops.add(words, embedding(module.at('token_type_embeddings'), types, settings.types, width));
  if (settings.positionType === 'absolute') {
    const places = ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
    sum = ops.add(sum, embedding(module.at('position_embeddings'), places, positions, width));
  }
  return layerNorm(module.at('LayerNorm'), sum, width, epsilon);
}
