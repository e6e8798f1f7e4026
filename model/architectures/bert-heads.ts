/**
 * The heads of BERT and its kin, under BERT's tensor names.
 *
 * Source: Devlin et al. 2019, "BERT", 3.1 and 4.
 */
import { tanh } from '../blocks/activations.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { type Head, headIsThere, headOf, labelCount, warnOfForeignHead } from './heads.ts';
import { predictions } from './prediction-head.ts';

/** Where a model of this kin keeps what its heads need. */
export interface HeadPlaces<T> {
  readonly root: Module<T>;
  /** The base model: `bert`. */
  readonly base: Module<T>;
  /** D */
  readonly width: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
}

/**
 * What stands on top of the encoder, after the class that the configuration names.
 * @param hidden the last hidden state [B, T, D]
 */
export function bertHead<T>(places: HeadPlaces<T>, config: Config, hidden: T): void {
  const { root } = places;
  const head = headOf(config);
  const there = head !== 'none' && headIsThere(root, head, FIRST_TENSOR[head]);
  if (head === 'none') warnOfForeignHead(root, config);
  WRITE[there ? head : 'none'](places, config, hidden);
}

const PREDICTIONS = 'cls.predictions.transform.dense.weight';

/** A tensor without which there is no such head. */
const FIRST_TENSOR: Readonly<Record<Exclude<Head, 'none'>, string>> = {
  MaskedLM: PREDICTIONS,
  CausalLM: PREDICTIONS,
  PreTraining: PREDICTIONS,
  NextSentencePrediction: 'cls.seq_relationship.weight',
  SequenceClassification: 'classifier.weight',
  TokenClassification: 'classifier.weight',
  QuestionAnswering: 'qa_outputs.weight',
};

type Write = <T>(places: HeadPlaces<T>, config: Config, hidden: T) => void;

const languageModel: Write = (places, config, hidden) => places.root.build.output('logits', languageLogits(places, config, hidden));

const WRITE: Readonly<Record<Head, Write>> = {
  MaskedLM: languageModel,
  CausalLM: languageModel,
  PreTraining: (places, config, hidden) => {
    places.root.build.output('prediction_logits', languageLogits(places, config, hidden));
    places.root.build.output('seq_relationship_logits', seqRelationship(places, hidden));
  },
  NextSentencePrediction: (places, _, hidden) => places.root.build.output('logits', seqRelationship(places, hidden)),
  SequenceClassification: ({ root, base, width }, config, hidden) => {
    const logits = linear(root.at('classifier'), pooler(base, hidden, width), { in: width, out: labelCount(config) });
    root.build.output('logits', logits);
  },
  TokenClassification: ({ root, width }, config, hidden) =>
    root.build.output('logits', linear(root.at('classifier'), hidden, { in: width, out: labelCount(config) })),
  QuestionAnswering: ({ root, width }, _, hidden) => startAndEnd(root, hidden, width),
  none: ({ root, base, width }, _, hidden) => {
    root.build.output('last_hidden_state', hidden);
    if (base.has('pooler.dense.weight')) root.build.output('pooler_output', pooler(base, hidden, width));
  },
};

/** [B, T, D] → [B, T, V] */
function languageLogits<T>({ root, base, ...sizes }: HeadPlaces<T>, config: Config, hidden: T): T {
  const module = root.at('cls.predictions');
  const transform = module.at('transform');
  const parts = {
    ...{ dense: transform.at('dense'), active: transform.at('transform_act_fn'), norm: transform.at('LayerNorm') },
    ...{ decoder: module.at('decoder'), biases: [module, module.at('decoder')], embedding: base.at('embeddings.word_embeddings') },
  };
  return predictions(parts, config, hidden, sizes);
}

/** tanh(x₀·Wᵀ + b) of the first token: [B, T, D] → [B, D] */
export function pooler<T>(base: Module<T>, hidden: T, width: number): T {
  const first = base.ops.gather(hidden, 0, { axis: 1 }); // [B, D]
  const dense = linear(base.at('pooler.dense'), first, { in: width, out: width });
  return base.record(base.at('pooler.activation').record(tanh(base.ops, dense)), 'pooler');
}

function seqRelationship<T>({ root, base, width }: HeadPlaces<T>, hidden: T): T {
  return linear(root.at('cls.seq_relationship'), pooler(base, hidden, width), { in: width, out: 2 });
}

/** Where an answer starts and ends: outputs `start_logits` and `end_logits` [B, T] */
export function startAndEnd<T>(root: Module<T>, hidden: T, width: number): void {
  const both = linear(root.at('qa_outputs'), hidden, { in: width, out: 2 }); // [B, T, 2]
  root.build.output('start_logits', root.ops.gather(both, 0, { axis: 2 }));
  root.build.output('end_logits', root.ops.gather(both, 1, { axis: 2 }));
}
