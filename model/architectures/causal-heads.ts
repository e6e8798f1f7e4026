/**
 * The heads of decoders: the next token, and classification of the last token or of each.
 */
import { unembed } from '../blocks/embedding.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { startAndEnd } from './bert-heads.ts';
import { type Head, headIsThere, headOf, labelCount } from './heads.ts';

/** What the heads of a decoder need. */
export interface CausalPlaces<T> {
  /** Token ids, int64 [B, T] */
  readonly ids: T;
  /** Module of the word embeddings. */
  readonly embedding: Module<T>;
  /** Module of output weights of their own; `lm_head` unless said. */
  readonly own?: Module<T>;
  /** Width of embedding and output weights. */
  readonly width: number;
  readonly vocabulary: number;
  /** What the family does when the configuration does not say. */
  readonly tiedByDefault: boolean;
  /** What happens to the logits of a language model: a cap, a factor. */
  readonly finish?: (logits: T) => T;
}

/** The layer of each head; language models look for themselves, and some families call the classifier by its name. */
const LAYER: Partial<Readonly<Record<Head, readonly string[]>>> = {
  SequenceClassification: ['score', 'classifier'],
  TokenClassification: ['score', 'classifier'],
  QuestionAnswering: ['qa_outputs'],
};

/**
 * Declares the outputs of a decoder: `logits` [B, T, V] of a language model, [B, labels] or [B, T, labels] of a classifier, `start_logits` and
 * `end_logits` [B, T], or `last_hidden_state` [B, T, D] of a base model.
 * @param hidden [B, T, D], after the final norm
 */
export function causalHead<T>(root: Module<T>, config: Config, hidden: T, places: CausalPlaces<T>): void {
  const { build } = root;
  const head = headOf(config);
  const names = LAYER[head] ?? [];
  const layer = names.find((name) => root.has(`${name}.weight`)) ?? names[0];
  if (head === 'CausalLM' || head === 'MaskedLM') languageModel(root, config, hidden, places);
  else if (layer === undefined || !headIsThere(root, head, `${layer}.weight`)) build.output('last_hidden_state', hidden);
  else if (head === 'QuestionAnswering') startAndEnd(root, hidden, places.width);
  else {
    const scores = linear(root.at(layer), hidden, { in: places.width, out: labelCount(config) }); // [B, T, labels]
    build.output('logits', head === 'TokenClassification' ? scores : ofLastToken(root, config, scores, places.ids));
  }
}

function languageModel<T>(root: Module<T>, config: Config, hidden: T, places: CausalPlaces<T>): void {
  const { width, vocabulary, embedding, own = root.at('lm_head'), finish = (logits: T): T => logits } = places;
  const tied = config.flag('tie_word_embeddings', places.tiedByDefault);
  if (!tied && !headIsThere(root, 'CausalLM', `${own.path}.weight`)) {
    root.build.output('last_hidden_state', hidden);
    return;
  }
  const table = (tied ? embedding : own).weight('weight', [vocabulary, width]);
  const products = unembed(own, hidden, table); // [B, T, V]
  const logits = own.record(own.has('bias') ? root.ops.add(products, own.weight('bias', [vocabulary])) : products);
  root.build.output('logits', finish(logits));
}

/**
 * The row of the last token that is no padding; of the last one where the configuration has no padding token.
 * @param scores [B, T, labels]
 * @param ids int64 [B, T]
 * @returns [B, labels]
 */
function ofLastToken<T>({ ops }: Module<T>, config: Config, scores: T, ids: T): T {
  const positions = countAlong(ops, ids, 1); // [T]
  if (!config.has('pad_token_id')) return ops.gather(scores, -1, { axis: 1 });
  const padding = ops.equal(ids, ops.scalar(config.integer('pad_token_id'), 'int64'));
  const last = ops.argMax(ops.where(padding, ops.scalar(0, 'int64'), positions), { axis: 1, keepdims: 1 }); // [B, 1]
  return ops.gatherND(scores, last, { batch_dims: 1 });
}
