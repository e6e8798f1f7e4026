/**
 * The embeddings that BERT and its kin share: words, token types and learned positions, summed and normalised.
 *
 * Source: Devlin et al. 2019, "BERT", 3 and figure 2.
 */
import { embedding } from '../blocks/embedding.ts';
import { countAlong } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { BertSettings } from './bert-encoder.ts';

/** What is looked up, all int64. */
export interface BertInputs<T> {
  /** [B, T] */
  readonly ids: T;
  /** [B, T] */
  readonly types: T;
  /** [B, T] or [1, T]; 0, 1, 2 … unless said */
  readonly places?: T;
  /** ERNIE's tasks. */
  readonly further?: Further<T> | null;
}

/** One more table: its name in the module, indices int64 [B, T], number of rows. */
export interface Further<T> {
  readonly name: string;
  readonly ids: T;
  readonly rows: number;
}

/**
 * LayerNorm(word + type + position); relative positions come later, in the scores.
 * @param module holds `word_embeddings`, `token_type_embeddings`, `position_embeddings`, `LayerNorm`
 * @param width E; D unless said
 * @returns [B, T, E]
 */
export function bertEmbeddings<T>(module: Module<T>, inputs: BertInputs<T>, settings: BertSettings, width = settings.width): T {
  const { ops } = module;
  const { vocabulary, positions, types, epsilon } = settings;
  const { ids, further = null } = inputs;
  const words = embedding(module.at('word_embeddings'), ids, vocabulary, width);
  let sum = ops.add(words, embedding(module.at('token_type_embeddings'), inputs.types, types, width));
  if (settings.positionType === 'absolute') {
    const places = inputs.places ?? ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
    sum = ops.add(sum, embedding(module.at('position_embeddings'), places, positions, width));
  }
  if (further !== null) sum = ops.add(sum, embedding(module.at(further.name), further.ids, further.rows, width));
  return layerNorm(module.at('LayerNorm'), sum, width, epsilon);
}
