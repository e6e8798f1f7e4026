/**
 * BERT, and StructBERT, which is BERT trained otherwise: learned positions, token types, post-norm encoder.
 *
 * Sources: Devlin et al. 2019, "BERT"; Wang et al. 2019, "StructBERT".
 */
import { bertEmbeddings } from './bert-embeddings.ts';
import { bertEncoder, bertSettings, describeBert } from './bert-encoder.ts';
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
    const embedded = bertEmbeddings(base.at('embeddings'), { ids, types }, settings);
    const hidden = bertEncoder(base.at('encoder'), embedded, mask, settings);
    bertHead({ root, base, ...settings }, config, hidden);
  },
};
