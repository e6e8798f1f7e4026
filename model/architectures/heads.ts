/**
 * What a checkpoint was made to say: the class that its configuration names, after `For`.
 */
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';

/** The heads of text models that have one here. */
export type Head =
  | 'MaskedLM'
  | 'CausalLM'
  | 'SequenceClassification'
  | 'TokenClassification'
  | 'QuestionAnswering'
  | 'PreTraining'
  | 'NextSentencePrediction'
  | 'none';

const SYNONYMS: Readonly<Record<string, Head>> = {
  LMHeadModel: 'CausalLM',
  DoubleHeadsModel: 'CausalLM',
  QuestionAnsweringSimple: 'QuestionAnswering',
};
const HEADS: readonly Head[] = [
  'MaskedLM',
  'CausalLM',
  'SequenceClassification',
  'TokenClassification',
  'QuestionAnswering',
  'PreTraining',
  'NextSentencePrediction',
];

/** The head that `architectures` names; `none` for a base model and for heads that are not built here. */
export function headOf(config: Config): Head {
  const [name = ''] = config.texts('architectures', []);
  const synonym = Object.keys(SYNONYMS).find((ending) => name.endsWith(ending));
  if (synonym !== undefined) return SYNONYMS[synonym]!;
  return HEADS.find((head) => name.endsWith(`For${head}`)) ?? 'none';
}

/** Number of classes of a classifier. */
export function labelCount(config: Config): number {
  const labels = config.values.id2label;
  if (typeof labels === 'object' && labels !== null) return Object.keys(labels).length;
  return config.count('num_labels', 2);
}

/**
 * True where the head can be built. A file may lack the head that its configuration names (an encoder alone): the model then ends with
 * its hidden states, and says so.
 */
export function headIsThere<T>(root: Module<T>, head: Head, tensor: string): boolean {
  if (root.has(tensor)) return true;
  root.build.warn(`The configuration names a head (${head}), but the weights have no ${tensor}: the model ends with its hidden states.`);
  return false;
}

/** Says so where a configuration names a head that is not built here. */
export function warnOfForeignHead<T>({ build }: Module<T>, config: Config): void {
  const [name = ''] = config.texts('architectures', []);
  if (/For[A-Z]/.test(name)) build.warn(`The head of ${name} is not built here: the model ends with its hidden states.`);
}

/**
 * True where the output weights are the word embeddings: the configuration says so, or the file has none of their own.
 * @param own name of the output weights
 * @param byDefault what the family does when the configuration does not say
 */
export function isTied<T>(root: Module<T>, config: Config, own: string, byDefault: boolean): boolean {
  return config.flag('tie_word_embeddings', byDefault) || !root.has(own);
}
