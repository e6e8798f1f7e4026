/**
 * The heads of ModernBERT: one more layer (`head`), then words or classes.
 *
 * Source: Warner et al. 2024, and the code published with it.
 */
import { activation } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { Config } from '../safetensors/config.ts';
import { refuseUnless } from './options.ts';
import { predictions } from './prediction-head.ts';
import { firstToken, type HeadPlans, writeHead } from './text-heads.ts';

interface Places<T> {
  /** int64 [B, T] */
  readonly mask: T;
  readonly width: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly labels: number;
}

/**
 * Declares the outputs of the head that the configuration names.
 * @param hidden [B, T, D], after the last norm
 * @throws HeadlightError `unsupported` for a `classifier_pooling` that is neither `cls` nor `mean`
 */
export function modernBertHeads<T>(root: Module<T>, config: Config, hidden: T, places: Places<T>): void {
  const { build, ops } = root;
  const name = config.text('classifier_activation', 'gelu');
  const classes = (x: T): T => linear(root.at('classifier'), transformed(root, x, places, name), { in: places.width, out: places.labels });
  const plan = (tensor: string, write: () => void) => ({ tensor, write });
  const plans: HeadPlans = {
    MaskedLM: plan('head.dense.weight', () => build.output('logits', words(root, config, hidden, { ...places, activation: name }))),
    SequenceClassification: plan('classifier.weight', () => build.output('logits', classes(pooled(root, config, hidden, places.mask)))),
    TokenClassification: plan('classifier.weight', () => build.output('logits', classes(hidden))),
    QuestionAnswering: plan('classifier.weight', () => {
      const both = classes(hidden); // [B, T, 2]
      build.output('start_logits', ops.gather(both, 0, { axis: 2 }));
      build.output('end_logits', ops.gather(both, 1, { axis: 2 }));
    }),
  };
  writeHead(root, config, plans, () => build.output('last_hidden_state', hidden));
}

/** [B, T, D] → [B, T, V] */
function words<T>(root: Module<T>, config: Config, hidden: T, sizes: Places<T> & { readonly activation: string }): T {
  const [head, decoder] = [root.at('head'), root.at('decoder')];
  const parts = {
    ...{ dense: head.at('dense'), active: head.at('act'), norm: head.at('norm'), decoder, biases: [decoder] },
    embedding: root.at('model.embeddings.tok_embeddings'),
  };
  return predictions(parts, config, hidden, sizes);
}

/** LayerNorm(f(x·Wᵀ)): [.., D] → [.., D] */
function transformed<T>(root: Module<T>, x: T, { width, epsilon }: Places<T>, name: string): T {
  const head = root.at('head');
  const active = activation(name)(root.ops, linear(head.at('dense'), x, { in: width, out: width }));
  return layerNorm(head.at('norm'), head.record(active, 'act'), width, epsilon);
}

/** The first token, or the mean of all tokens that are no padding: [B, T, D] → [B, D] */
function pooled<T>(root: Module<T>, config: Config, hidden: T, mask: T): T {
  const { ops } = root;
  const pooling = config.text('classifier_pooling', 'cls');
  refuseUnless(['cls', 'mean'].includes(pooling), config, 'classifier_pooling');
  if (pooling === 'cls') return firstToken(root, hidden);
  const counts = ops.unsqueeze(ops.cast(mask, 'float32'), [2]); // [B, T, 1]
  const sum = ops.reduceSum(ops.mul(hidden, counts), [1], { keepdims: 0 });
  return ops.div(sum, ops.reduceSum(counts, [1], { keepdims: 0 }));
}
