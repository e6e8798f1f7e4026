/**
 * The heads of BERT and its kin, under BERT's tensor names.
 *
 * Source: Devlin et al. 2019, "BERT", 3.1 and 4.
 */
import { activation, tanh } from '../blocks/activations.ts';
import { unembed } from '../blocks/embedding.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { Config } from '../safetensors/config.ts';
import { type Head, headIsThere, headOf, isTied, labelCount } from './heads.ts';

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

const languageModel: Write = (places, config, hidden) => places.root.build.output('logits', predictions(places, config, hidden));

const WRITE: Readonly<Record<Head, Write>> = {
  MaskedLM: languageModel,
  CausalLM: languageModel,
  PreTraining: (places, config, hidden) => {
    places.root.build.output('prediction_logits', predictions(places, config, hidden));
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

/**
 * logits = LayerNorm(f(x·Wᵀ + b))·Eᵀ + c, where E is the word embedding unless the file has a table of its own
 * @param hidden [B, T, D]
 * @returns [B, T, V]
 */
function predictions<T>({ root, base, width, vocabulary, epsilon, activation: name }: HeadPlaces<T>, config: Config, hidden: T): T {
  const { ops } = root;
  const module = root.at('cls.predictions');
  const dense = linear(module.at('transform.dense'), hidden, { in: width, out: width });
  const active = module.at('transform').record(activation(name)(ops, dense), 'transform_act_fn');
  const transformed = layerNorm(module.at('transform.LayerNorm'), active, width, epsilon);
  const own = 'cls.predictions.decoder.weight';
  const tied = isTied(root, config, own, true);
  const table = tied ? base.weight('embeddings.word_embeddings.weight', [vocabulary, width]) : root.weight(own, [vocabulary, width]);
  const logits = unembed(module, transformed, table);
  const bias = ['bias', 'decoder.bias'].find((tensor) => module.has(tensor));
  return bias === undefined ? logits : ops.add(logits, module.weight(bias, [vocabulary]));
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
