/** The built-in recurrent translators: their weights and words, and their translations, word by word the likeliest. */
import { HeadlightError } from '../../model/errors.ts';
import { readHeader } from '../../model/safetensors/header.ts';
import { readTensor } from '../../model/safetensors/values.ts';
import type { ByteSource } from '../../model/source.ts';
import type { Tensor } from '../../model/tensor.ts';
import { type Score, type Translation, translateSteps } from './translator.ts';

/** Ids that both vocabularies begin with. */
const [START, END] = [1, 2];
/** Longest sentence, in words: those of the training had eight. */
const MOST_WORDS = 12;

export interface Translator {
  readonly score: Score;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** @throws HeadlightError `format` */
export async function readTranslator(bytes: Uint8Array, score: Score): Promise<Translator> {
  const source: ByteSource = {
    name: `${score}.safetensors`,
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
  const { tensors, metadata } = await readHeader(source);
  const weights: Record<string, Tensor> = {};
  // Half precision is kept in float32 numbers: to the blocks they are just that.
  for (const [name, place] of tensors) weights[name] = { ...(await readTensor(source, place)), dtype: 'float32' };
  const words = (side: string) => JSON.parse(metadata[side] ?? '[]') as string[];
  return { score, weights, source: words('source'), target: words('target') };
}

export interface Translated {
  /** What the encoder reads, its end mark last. */
  readonly source: readonly string[];
  /** What the decoder is given at each step. */
  readonly given: readonly string[];
  /** What it says at each step, its end mark last unless the sentence grew too long. */
  readonly said: readonly string[];
  readonly steps: Translation;
}

/** @throws HeadlightError `input` for no words, too many, or words that the translator has not learned */
export function translate(translator: Translator, text: string): Translated {
  const words = text
    .replace(/[.!?,]/gu, ' ')
    .split(/\s+/u)
    .filter(Boolean);
  if (words.length === 0) throw new HeadlightError('input', 'There is no word to translate.');
  if (words.length > MOST_WORDS)
    throw new HeadlightError('input', `The sentence has ${words.length} words; this translator reads ${MOST_WORDS}.`);
  const source = [...words.map((word) => idOf(translator, word)), END];
  const given = [START];
  const { score, weights } = translator;
  let steps = translateSteps(weights, source, given, { score });
  const said: number[] = [];
  for (;;) {
    const { logits } = steps.decoder.at(-1)!;
    said.push(logits.indexOf(Math.max(...logits)));
    if (said.at(-1) === END || said.length >= MOST_WORDS) break;
    given.push(said.at(-1)!);
    steps = translateSteps(weights, source, given, { score });
  }
  const named = (ids: readonly number[], vocabulary: readonly string[]) => ids.map((id) => vocabulary[id]!);
  return { source: named(source, translator.source), given: named(given, translator.target), said: named(said, translator.target), steps };
}

function idOf({ source }: Translator, word: string): number {
  const at = source.findIndex((known) => known.toLowerCase() === word.toLowerCase());
  if (at > END) return at;
  throw new HeadlightError('input', `This small translator has not learned “${word}”. It knows ${source.slice(END + 1).join(', ')}.`);
}
