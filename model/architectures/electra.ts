/**
 * ELECTRA: BERT's encoder behind embeddings of another width; a discriminator that says of every token whether it was replaced, or the
 * generator that replaces them.
 *
 * Source: Clark et al. 2020, "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators".
 */
import { activation, gelu } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { bertEmbeddings } from './bert-embeddings.ts';
import { type BertSettings, bertEncoder, bertSettings, describeBert } from './bert-encoder.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';
import { predictions } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';

/** E where a configuration has none. */
const EMBEDDING_WIDTH = 128;

export const electra: Family = {
  modelTypes: ['electra'],
  prefix: 'electra.',
  aliases: { 'electra.embeddings.word_embeddings.weight': ['generator_lm_head.weight'] },
  describe: (config) => describeBert('ELECTRA', config),
  build: (root, config) => {
    const settings = bertSettings(config);
    const embedded = config.count('embedding_size', EMBEDDING_WIDTH);
    const base = root.at('electra');
    const [ids, mask, types] = [inputIds(root.build), attentionMask(root.build), tokenTypeIds(root.build)];
    const narrow = bertEmbeddings(base.at('embeddings'), { ids, types }, settings, embedded); // [B, T, E]
    const wide =
      embedded === settings.width ? narrow : linear(base.at('embeddings_project'), narrow, { in: embedded, out: settings.width });
    heads(root, config, bertEncoder(base.at('encoder'), wide, mask, settings), { ...settings, embedded });
  },
};

type Sizes = BertSettings & { readonly embedded: number };

function heads<T>(root: Module<T>, config: Config, hidden: T, sizes: Sizes): void {
  const { build } = root;
  const { width } = sizes;
  const logits = (tensor: string, make: () => T) => ({ tensor, write: () => build.output('logits', make()) });
  const generator = logits('generator_predictions.dense.weight', () => generatorLogits(root, config, hidden, sizes));
  const plans = {
    PreTraining: logits('discriminator_predictions.dense.weight', () => replacedLogits(root, hidden, sizes)),
    ...{ MaskedLM: generator, CausalLM: generator },
    SequenceClassification: logits('classifier.out_proj.weight', () => classLogits(root, config, firstToken(root, hidden), width)),
    TokenClassification: tokenClasses(root, config, hidden, width),
    QuestionAnswering: answerSpan(root, hidden, width),
  };
  writeHead(root, config, plans, () => build.output('last_hidden_state', hidden));
}

/** Above 0 where a token seems replaced: [B, T, D] → [B, T] */
function replacedLogits<T>(root: Module<T>, hidden: T, { width, activation: name }: Sizes): T {
  const head = root.at('discriminator_predictions');
  const active = activation(name)(root.ops, linear(head.at('dense'), hidden, { in: width, out: width }));
  const one = linear(head.at('dense_prediction'), head.record(active, 'activation'), { in: width, out: 1 }); // [B, T, 1]
  return head.record(root.ops.squeeze(one, [-1]));
}

/** [B, T, D] → [B, T, V]; the activation is GELU whatever the encoder has. */
function generatorLogits<T>(root: Module<T>, config: Config, hidden: T, sizes: Sizes): T {
  const head = root.at('generator_predictions');
  const decoder = root.at('generator_lm_head');
  const parts = {
    ...{ dense: head.at('dense'), active: head.at('activation'), norm: head.at('LayerNorm'), decoder, biases: [decoder] },
    embedding: root.at('electra.embeddings.word_embeddings'),
  };
  return predictions(parts, config, hidden, { ...sizes, activation: 'gelu' });
}

/** gelu(x₀·Wᵀ + b) through a last layer: [B, D] → [B, labels] */
function classLogits<T>(root: Module<T>, config: Config, first: T, width: number): T {
  const dense = gelu(root.ops, linear(root.at('classifier.dense'), first, { in: width, out: width }));
  return linear(root.at('classifier.out_proj'), dense, { in: width, out: labelCount(config) });
}
