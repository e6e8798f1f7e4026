/**
 * The heads of XLNet.
 *
 * Source: Yang et al. 2019, "XLNet", and the code published with it.
 */
import { activation } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { labelCount } from './heads.ts';
import { refuseUnless } from './options.ts';
import { tiedLogits } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';
import type { XlnetSettings } from './xlnet-settings.ts';

/**
 * Declares the outputs of the head that the configuration names.
 * @param hidden [B, T, D]; with `target_mapping` [B, M, D]
 */
export function xlnetHeads<T>(root: Module<T>, config: Config, hidden: T, { width, vocabulary }: XlnetSettings): void {
  const { build } = root;
  const decoder = root.at('lm_loss');
  const parts = { decoder, biases: [decoder], embedding: root.at('transformer.word_embedding') };
  const classes = (): T => {
    const summary = summaryOf(root, config, hidden, width);
    return linear(root.at('logits_proj'), summary, { in: width, out: labelCount(config) });
  };
  const plans = {
    CausalLM: {
      tensor: 'lm_loss.bias',
      write: () => build.output('logits', tiedLogits(parts, config, hidden, width, vocabulary)),
    },
    SequenceClassification: { tensor: 'logits_proj.weight', write: () => build.output('logits', classes()) },
    TokenClassification: tokenClasses(root, config, hidden, width),
    QuestionAnswering: answerSpan(root, hidden, width),
  };
  writeHead(root, config, plans, () => build.output('last_hidden_state', hidden));
}

/** One vector for the text: the last token's (which is `<cls>`), the first one's or the mean, through one more layer. [B, T, D] → [B, D] */
function summaryOf<T>(root: Module<T>, config: Config, hidden: T, width: number): T {
  const { ops } = root;
  const ways: Readonly<Record<string, () => T>> = {
    last: () => ops.gather(hidden, -1, { axis: 1 }),
    first: () => firstToken(root, hidden),
    mean: () => ops.reduceMean(hidden, [1], { keepdims: 0 }),
  };
  const type = config.text('summary_type', 'last');
  refuseUnless(Object.hasOwn(ways, type), config, 'summary_type');
  const summary = ways[type]!();
  const place = root.at('sequence_summary.summary');
  const projected = config.flag('summary_use_proj', true) ? linear(place, summary, { in: width, out: width }) : summary;
  const none = config.values.summary_activation === null;
  return none ? projected : activation(config.text('summary_activation', 'tanh'))(ops, projected);
}
