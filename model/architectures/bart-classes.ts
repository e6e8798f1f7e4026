/**
 * BART's classifiers: the source is read a second time, as target, and the state of its last token is what the classes are read from.
 *
 * Source: Lewis et al. 2020, "BART", 3.1 and 3.2.
 */
import { tanh } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { startAndEnd } from './bert-heads.ts';
import type { TokenInputs } from './encoder-decoder.ts';
import { headIsThere, headOf, labelCount } from './heads.ts';

/** What the decoder reads, and what is done with its last hidden state [B, S, D]. */
export interface ClassPlan<T> {
  readonly target: TokenInputs<T>;
  readonly write: (hidden: T) => void;
}

/** The first token of the target: the one that decoding starts with, or the source's last one (mBART's language). */
export type FirstToken = 'start' | 'last';

/** What a classifier reads. */
export interface ClassSource<T> {
  /** int64 [B, S] */
  readonly ids: T;
  readonly first: FirstToken;
  readonly width: number;
}

/**
 * The plan of a classifier of texts (`logits` [B, labels]) or of answers (`start_logits`, `end_logits` [B, S]); null for other heads, and for
 * one whose weights are not in the file.
 */
export function classPlan<T>(root: Module<T>, config: Config, { ids, first, width }: ClassSource<T>): ClassPlan<T> | null {
  const head = headOf(config);
  const target = (): TokenInputs<T> => sourceAsTarget(root, config, ids, first);
  if (head === 'SequenceClassification' && headIsThere(root, head, 'classification_head.out_proj.weight')) {
    return {
      target: target(),
      write: (hidden) => root.build.output('logits', textClasses(root, config, ofLastEnd(root, config, hidden, ids), width)),
    };
  }
  if (head === 'QuestionAnswering' && headIsThere(root, head, 'qa_outputs.weight')) {
    return { target: target(), write: (hidden) => startAndEnd(root, hidden, width) };
  }
  return null;
}

/** The source moved one to the right behind the token that decoding starts with; nothing of it is hidden but what comes later. */
function sourceAsTarget<T>(root: Module<T>, config: Config, ids: T, first: FirstToken): TokenInputs<T> {
  const { ops } = root;
  const start = (): T => ops.pad(ids, [1, 0], ops.scalar(config.count('decoder_start_token_id', 2), 'int64'), [1]);
  const longer = first === 'start' ? start() : ops.concat([lastToken(root, config, ids), ids], { axis: 1 });
  const shifted = ops.slice(longer, [0], [-1], [1]); // [B, S]
  const mask = ops.cast(ops.constantOfShape(ops.shape(ids), 1), 'int64');
  return { ids: shifted, mask };
}

/** The last token before the padding: [B, S] → [B, 1] */
function lastToken<T>({ ops }: Module<T>, config: Config, ids: T): T {
  const padding = ops.scalar(config.count('pad_token_id', 1), 'int64');
  const count = ops.reduceSum(ops.cast(ops.not(ops.equal(ids, padding)), 'int64'), [1], { keepdims: 1 }); // [B, 1]
  return ops.gatherElements(ids, ops.sub(count, ops.scalar(1, 'int64')), { axis: 1 });
}

/** The state of the last token that ends a text: [B, S, D] → [B, D] */
function ofLastEnd<T>({ ops }: Module<T>, config: Config, hidden: T, ids: T): T {
  const isEnd = ops.equal(ids, ops.scalar(config.count('eos_token_id', 2), 'int64'));
  const last = ops.argMax(ops.where(isEnd, countAlong(ops, ids, 1), ops.scalar(-1, 'int64')), { axis: 1, keepdims: 1 }); // [B, 1]
  return ops.gatherND(hidden, last, { batch_dims: 1 });
}

/** tanh(x·Wᵀ + b) through a last layer: [B, D] → [B, labels] */
function textClasses<T>(root: Module<T>, config: Config, x: T, width: number): T {
  const head = root.at('classification_head');
  const dense = tanh(root.ops, linear(head.at('dense'), x, { in: width, out: width }));
  return linear(head.at('out_proj'), dense, { in: width, out: labelCount(config) });
}
