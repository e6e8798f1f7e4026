/**
 * ERNIE (Baidu's): BERT with a table of tasks among its embeddings.
 *
 * Source: Sun et al. 2020, "ERNIE 2.0: A Continual Pre-training Framework for Language Understanding".
 */
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { bertEmbeddings, type Further } from './bert-embeddings.ts';
import { bertEncoder, bertSettings, describeBert } from './bert-encoder.ts';
import { bertHead } from './bert-heads.ts';
import type { Family } from './family.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';

/** Number of tasks where a configuration has none. */
const TASKS = 3;

export const ernie: Family = {
  modelTypes: ['ernie'],
  prefix: 'ernie.',
  aliases: { 'ernie.embeddings.word_embeddings.weight': ['cls.predictions.decoder.weight'] },
  describe: (config) => describeBert('ERNIE', config),
  build: (root, config) => {
    const settings = bertSettings(config);
    const base = root.at('ernie');
    const [ids, mask, types] = [inputIds(root.build), attentionMask(root.build), tokenTypeIds(root.build)];
    const embedded = bertEmbeddings(base.at('embeddings'), { ids, types, further: tasks(root, config) }, settings);
    bertHead({ root, base, ...settings }, config, bertEncoder(base.at('encoder'), embedded, mask, settings));
  },
};

/** Which task a token belongs to, int64 [B, T]; null in models without. */
function tasks<T>({ build }: Module<T>, config: Config): Further<T> | null {
  if (!config.flag('use_task_id', false)) return null;
  const ids = build.input({ name: 'task_type_ids', dtype: 'int64', shape: ['B', 'T'], fill: { by: 'constant', value: 0 } });
  return { name: 'task_type_embeddings', ids, rows: config.count('task_type_vocab_size', TASKS) };
}
