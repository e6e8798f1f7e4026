/**
 * mBART: BART with the norms before the sublayers and one more at the end of each side; a language code ends the source and starts the target.
 *
 * Source: Liu et al. 2020, "Multilingual Denoising Pre-training for Neural Machine Translation", 2.2.
 */
import { BART_EMBEDDINGS, learnedSettings } from './bart.ts';
import { bartFamily } from './bart-kin.ts';

export const mbart = bartFamily({
  ...BART_EMBEDDINGS,
  modelTypes: ['mbart'],
  architecture: 'mBART',
  classes: 'last',
  settings: (config) => ({ ...learnedSettings(config), normFirst: true, embeddingNorm: true }),
});
