/**
 * RoBERTa, XLM-RoBERTa and CamemBERT: BERT's encoder, positions that count from the padding token's id, heads of their own.
 *
 * Sources: Liu et al. 2019, "RoBERTa"; Conneau et al. 2020, "Unsupervised Cross-lingual Representation Learning at Scale" (XLM-RoBERTa).
 */
import { tanh } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { bertEmbeddings } from './bert-embeddings.ts';
import { bertEncoder, bertSettings, describeBert } from './bert-encoder.ts';
import { type HeadPlaces, pooler } from './bert-heads.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';
import { predictions } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';

export const roberta: Family = {
  modelTypes: ['roberta', 'xlm-roberta', 'camembert'],
  prefix: 'roberta.',
  aliases: { 'roberta.embeddings.word_embeddings.weight': ['lm_head.decoder.weight'] },
  describe: (config) => describeBert('RoBERTa', config, config.count('max_position_embeddings') - padding(config) - 1),
  build: (root, config) => {
    const settings = bertSettings(config);
    const base = root.at('roberta');
    const [ids, mask, types] = [inputIds(root.build), attentionMask(root.build), tokenTypeIds(root.build)];
    const places = placesAfterPadding(base, ids, padding(config));
    const hidden = bertEncoder(base.at('encoder'), bertEmbeddings(base.at('embeddings'), { ids, types, places }, settings), mask, settings);
    heads({ root, base, ...settings }, config, hidden);
  },
};

/** Id of the padding token, and the position that it has. */
function padding(config: Config): number {
  return config.count('pad_token_id', 1);
}

/**
 * The n-th token has the position n + pad, padding has pad.
 * @param ids int64 [B, T]
 * @returns int64 [B, T]
 */
function placesAfterPadding<T>({ ops }: Module<T>, ids: T, pad: number): T {
  const padId = ops.scalar(pad, 'int64');
  const isToken = ops.cast(ops.not(ops.equal(ids, padId)), 'int64');
  return ops.add(ops.mul(ops.cumSum(isToken, 1), isToken), padId);
}

function heads<T>(places: HeadPlaces<T>, config: Config, hidden: T): void {
  const { root, base, width } = places;
  const { build } = root;
  const languageModel = {
    tensor: 'lm_head.dense.weight',
    write: () => build.output('logits', languageLogits(places, config, hidden)),
  };
  const classifier = {
    tensor: 'classifier.out_proj.weight',
    write: () => build.output('logits', classLogits(root, config, firstToken(root, hidden), width)),
  };
  const plans = {
    ...{ MaskedLM: languageModel, CausalLM: languageModel, SequenceClassification: classifier },
    ...{ TokenClassification: tokenClasses(root, config, hidden, width), QuestionAnswering: answerSpan(root, hidden, width) },
  };
  writeHead(root, config, plans, () => {
    build.output('last_hidden_state', hidden);
    if (base.has('pooler.dense.weight')) build.output('pooler_output', pooler(base, hidden, width));
  });
}

/** [B, T, D] → [B, T, V]; the activation is GELU whatever the encoder has. */
function languageLogits<T>({ root, base, ...sizes }: HeadPlaces<T>, config: Config, hidden: T): T {
  const head = root.at('lm_head');
  const parts = {
    ...{ dense: head.at('dense'), active: head.at('activation'), norm: head.at('layer_norm'), decoder: head.at('decoder') },
    ...{ biases: [head, head.at('decoder')], embedding: base.at('embeddings.word_embeddings') },
  };
  return predictions(parts, config, hidden, { ...sizes, activation: 'gelu' });
}

/** tanh(x₀·Wᵀ + b) through a last layer: [B, D] → [B, labels] */
function classLogits<T>(root: Module<T>, config: Config, first: T, width: number): T {
  const dense = tanh(root.ops, linear(root.at('classifier.dense'), first, { in: width, out: width }));
  return linear(root.at('classifier.out_proj'), dense, { in: width, out: labelCount(config) });
}
