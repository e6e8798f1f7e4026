/**
 * What every encoder–decoder has: two texts (or a sound and a text) as inputs, and files that hold the encoder alone.
 *
 * Letters: S, the length of the source; T, the length of the target.
 */
import { unembed } from '../blocks/embedding.ts';
import { causalPaddingMask, paddingMask } from '../blocks/masks.ts';
import type { Build, InputSpec, Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { headIsThere, warnOfForeignHead } from './heads.ts';

/** Token ids of a text, and which of them are no padding. */
export interface TokenInputs<T> {
  /** int64 [B, length] */
  readonly ids: T;
  /** int64 [B, length], 1 = a token, 0 = padding */
  readonly mask: T;
}

const ONES: InputSpec['fill'] = { by: 'constant', value: 1 };

/** `input_ids` and `attention_mask` of the source, int64 [B, S]. */
export function sourceInputs<T>(build: Build<T>): TokenInputs<T> {
  const tokens = (name: string, fill: InputSpec['fill']): T => build.input({ name, dtype: 'int64', shape: ['B', 'S'], fill });
  return { ids: tokens('input_ids', { by: 'user' }), mask: tokens('attention_mask', ONES) };
}

/**
 * `decoder_input_ids` and `decoder_attention_mask` of the target, int64 [B, T]; a target that nobody gives is the token that decoding starts with.
 */
export function targetInputs<T>(build: Build<T>, config: Config): TokenInputs<T> {
  const tokens = (name: string, fill: InputSpec['fill']): T => build.input({ name, dtype: 'int64', shape: ['B', 'T'], fill });
  const start = config.count(['decoder_start_token_id', 'bos_token_id', 'pad_token_id'], 0);
  const ids = tokens('decoder_input_ids', { by: 'constant', value: start });
  return { ids, mask: tokens('decoder_attention_mask', ONES) };
}

/** What a decoder reads: its own text as far as it has come, and all of the encoder's result. */
export interface Sight<T> {
  /** Which of its own tokens a query sees: bool [B, 1, T, T] */
  readonly visible: T;
  /** The encoder's last hidden state [B, S, D] */
  readonly memory: T;
  /** Which of the source's tokens it sees: bool [B, 1, 1, S], or null for all of them */
  readonly visibleMemory: T | null;
}

/**
 * The sight of a decoder.
 * @param sourceMask int64 [B, S], or null where the source has no padding, as a sound
 * @param targetMask int64 [B, T]
 */
export function sightOf<T>({ ops }: Build<T>, memory: T, sourceMask: T | null, targetMask: T): Sight<T> {
  const visibleMemory = sourceMask === null ? null : paddingMask(ops, sourceMask);
  return { visible: causalPaddingMask(ops, targetMask), memory, visibleMemory };
}

/** True where the class that a configuration names has the encoder alone: `T5EncoderModel`, `WhisperEncoder`, classifiers of tokens and of sounds. */
export function isEncoderAlone(config: Config): boolean {
  const [name = ''] = config.texts('architectures', []);
  return /(Encoder(Model)?|For(Token|Audio)Classification)$/.test(name);
}

/**
 * False where a file, or the class that its configuration names, has the encoder alone.
 * @param tensor one of the decoder's
 */
export function hasDecoder<T>(root: Module<T>, config: Config, tensor: string): boolean {
  if (isEncoderAlone(config)) return false;
  if (root.has(tensor)) return true;
  root.build.warn('The weights have no decoder: the model is its encoder.');
  return false;
}

/** Records an encoder's or a decoder's hidden states, as Hugging Face returns them; an encoder alone has but one list of them. */
export function hiddenName(stack: 'encoder' | 'decoder' | 'self', layer: number): string {
  return stack === 'self' ? `hidden/${layer}` : `hidden/${stack}/${layer}`;
}

/**
 * The table of words of a side: the shared one, or its own where a file that does not tie them has one.
 * @param own path of the side's own
 * @param shared path of the table for both sides
 */
export function tableOf<T>(root: Module<T>, own: string, shared: string, tied: boolean): Module<T> {
  return !tied && root.at(own).has('weight') ? root.at(own) : root.at(shared);
}

/** Where the output weights of a decoder are. */
export interface OutputPlaces<T> {
  /** Module of the target's word embeddings. */
  readonly embedding: Module<T>;
  /** Module of output weights of their own. */
  readonly own: Module<T>;
  readonly tied: boolean;
  /** Width of embedding and output weights. */
  readonly width: number;
  readonly vocabulary: number;
}

/**
 * logits = x·Eᵀ, or null for a base model and for a head whose weights are not in the file
 * @param x [B, T, D]
 * @returns [B, T, V]
 */
export function outputLogits<T>(
  root: Module<T>,
  config: Config,
  x: T,
  { embedding, own, tied, width, vocabulary }: OutputPlaces<T>,
): T | null {
  const [name = ''] = config.texts('architectures', []);
  const isModel = /For(ConditionalGeneration|CausalLM)$|(^Marian[A-Z]+|^FSMT|LMHead)Model$/.test(name);
  if (!isModel) {
    warnOfForeignHead(root, config);
    return null;
  }
  if (!tied && !headIsThere(root, 'CausalLM', `${own.path}.weight`)) return null;
  return own.record(unembed(own, x, (tied ? embedding : own).weight('weight', [vocabulary, width])));
}
