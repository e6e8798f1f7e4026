/**
 * The Transformer of 2017, from the ids of two texts to the logits of the next token.
 *
 *     memory = encoder(E_s[source]·√D + positions)
 *     logits = decoder(E_t[target]·√D + positions, memory)·E_tᵀ
 *
 * Source: Vaswani et al. 2017, "Attention Is All You Need"; weights as `torch.nn.Transformer` keeps them, with its norm at the end of each side.
 */
import { embedding, unembed } from './embedding.ts';
import { countAlong } from './masks.ts';
import type { Module } from './module.ts';
import { sinusoids } from './positions/sinusoidal.ts';
import { decoderLayer, encoderLayer, layerStack, type TransformerSettings } from './transformer-layers.ts';

/** Where the parts are. */
export interface TransformerParts<T> {
  /** Of `encoder` and `decoder`. */
  readonly transformer: Module<T>;
  readonly sourceEmbedding: Module<T>;
  /** Also the output weights. */
  readonly targetEmbedding: Module<T>;
}

export interface TransformerSizes extends TransformerSettings {
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
}

/** Two texts, and what may be seen of them: bool, true = attend, broadcasts to [B, H, T, S]; null for everything. */
export interface TransformerInputs<T> {
  /** int64 [B, S] */
  readonly source: T;
  /** int64 [B, T] */
  readonly target: T;
  readonly visibleSource: T | null;
  /** Causal, and without padding. */
  readonly visibleTarget: T;
}

/** @returns logits [B, T, V] of the target's vocabulary */
export function transformer<T>(parts: TransformerParts<T>, inputs: TransformerInputs<T>, sizes: TransformerSizes): T {
  const { sourceEmbedding, targetEmbedding, transformer: module } = parts;
  const { encoderLayers, decoderLayers, sourceVocabulary, targetVocabulary, width } = sizes;
  const { visibleSource, visibleTarget } = inputs;
  const source = embedWithPositions(sourceEmbedding, inputs.source, sourceVocabulary, width);
  const memory = layerStack(module.at('encoder'), source, encoderLayers, sizes, (layer, x, index) =>
    encoderLayer(layer, x, { kind: 'encoder', layer: index, visible: visibleSource }, sizes),
  );
  const target = embedWithPositions(targetEmbedding, inputs.target, targetVocabulary, width);
  const hidden = layerStack(module.at('decoder'), target, decoderLayers, sizes, (layer, x, index) =>
    decoderLayer(layer, x, { layer: index, visible: visibleTarget, memory, visibleMemory: visibleSource }, sizes),
  );
  return unembed(module, hidden, targetEmbedding.weight('weight', [targetVocabulary, width]));
}

/** E[ids]·√D + sinusoids: int64 [B, T] → [B, T, D]; the sum is the stage `<path>.embedded` */
export function embedWithPositions<T>(module: Module<T>, ids: T, rows: number, width: number): T {
  const { ops } = module;
  const words = ops.mul(embedding(module, ids, rows, width), Math.sqrt(width));
  const places = sinusoids(ops, countAlong(ops, ids, 1), { width, layout: 'interleaved', exponent: '2i/D' });
  return module.record(ops.add(words, places), 'embedded');
}
