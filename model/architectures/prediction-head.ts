/**
 * The head of a masked language model: one more layer, then the word embeddings the other way round.
 *
 * Source: Devlin et al. 2019, "BERT", 3.1 and the code published with it.
 */
import { activation } from '../blocks/activations.ts';
import { unembed } from '../blocks/embedding.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { Config } from '../safetensors/config.ts';
import { isTied } from './heads.ts';

/** Where a family keeps the parts of this head. */
export interface PredictionParts<T> {
  readonly dense: Module<T>;
  /** Under which path the activation is a stage. */
  readonly active: Module<T>;
  readonly norm: Module<T>;
  /** Output weights of its own, [V, E], where they are not the embeddings. */
  readonly decoder: Module<T>;
  /** Modules that may hold the `bias` [V] of the logits; the first that does is taken, after the decoder where it is not the embeddings. */
  readonly biases: readonly Module<T>[];
  /** Word embeddings, [V, E] */
  readonly embedding: Module<T>;
}

export interface PredictionSizes {
  /** D */
  readonly width: number;
  /** E, the width of the embeddings; D unless said. */
  readonly embedded?: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
}

/**
 * logits = LayerNorm(f(x·Wᵀ + b))·Eᵀ + c, where E is the word embedding unless the file has a table of its own
 * @param hidden [B, T, D]
 * @returns [B, T, V]
 */
export function predictions<T>(parts: PredictionParts<T>, config: Config, hidden: T, sizes: PredictionSizes): T {
  const { width, embedded = width, epsilon } = sizes;
  const dense = linear(parts.dense, hidden, { in: width, out: embedded });
  const active = parts.active.record(activation(sizes.activation)(parts.dense.ops, dense));
  return tiedLogits(parts, config, layerNorm(parts.norm, active, embedded, epsilon), embedded, sizes.vocabulary);
}

/**
 * x·Eᵀ + c
 * @param x [B, T, E]
 * @returns [B, T, V]
 */
export function tiedLogits<T>(
  { decoder, biases, embedding }: Pick<PredictionParts<T>, 'decoder' | 'biases' | 'embedding'>,
  config: Config,
  x: T,
  embedded: number,
  vocabulary: number,
): T {
  const tied = isTied(decoder, config, 'weight', true);
  const products = unembed(decoder, x, (tied ? embedding : decoder).weight('weight', [vocabulary, embedded]));
  const bias = (tied ? biases : [decoder, ...biases]).find((module) => module.has('bias'));
  return decoder.record(bias === undefined ? products : decoder.ops.add(products, bias.weight('bias', [vocabulary])));
}
