/**
 * The heads of DeBERTa 2 and 3.
 *
 * Source: He et al. 2021, "DeBERTa", and the code published with it.
 */
import { activation } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import type { DebertaSettings } from './deberta-settings.ts';
import { labelCount } from './heads.ts';
import { predictions } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';

/**
 * Declares the outputs of the head that the configuration names.
 * @param hidden [B, T, D]
 */
export function debertaHeads<T>(root: Module<T>, config: Config, hidden: T, settings: DebertaSettings): void {
  const { build } = root;
  const { width } = settings;
  const place = wordsPlace(root);
  const plans = {
    MaskedLM: {
      tensor: `${place.dense.path}.weight`,
      write: () => build.output('logits', predictions(place, config, hidden, settings)),
    },
    SequenceClassification: {
      tensor: 'classifier.weight',
      write: () => build.output('logits', classLogits(root, config, hidden, width)),
    },
    TokenClassification: tokenClasses(root, config, hidden, width),
    QuestionAnswering: answerSpan(root, hidden, width),
  };
  writeHead(root, config, plans, () => build.output('last_hidden_state', hidden));
}

/** Where the head of the masked language model lies: under BERT's names, or under those of the released files (`legacy` false). */
function wordsPlace<T>(root: Module<T>) {
  const embedding = root.at('deberta.embeddings.word_embeddings');
  const own = root.at('lm_predictions.lm_head');
  if (own.has('dense.weight')) {
    return {
      dense: own.at('dense'),
      active: own.at('activation'),
      norm: own.at('LayerNorm'),
      decoder: own.at('decoder'),
      biases: [own],
      embedding,
    };
  }
  const [head, transform] = [root.at('cls.predictions'), root.at('cls.predictions.transform')];
  return {
    ...{ dense: transform.at('dense'), active: transform.at('transform_act_fn'), norm: transform.at('LayerNorm') },
    ...{ decoder: head.at('decoder'), biases: [head, head.at('decoder')], embedding },
  };
}

/** f(x₀·Wᵀ + b) through a last layer: [B, T, D] → [B, labels] */
function classLogits<T>(root: Module<T>, config: Config, hidden: T, width: number): T {
  const pooler = root.at('pooler');
  const size = config.count('pooler_hidden_size', width);
  const dense = linear(pooler.at('dense'), firstToken(root, hidden), { in: width, out: size });
  const pooled = pooler.record(activation(config.text('pooler_hidden_act', 'gelu'))(root.ops, dense));
  return linear(root.at('classifier'), pooled, { in: size, out: labelCount(config) });
}
