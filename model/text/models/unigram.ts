import { Unigram } from '@huggingface/tokenizers';
import { HeadlightError } from '../../errors.ts';
import { byteToken } from '../bytes.ts';
import { boolean, count, type Json, list, malformed } from '../json.ts';
import { characters, utf8 } from '../utf8.ts';
import { remembering } from './cache.ts';
import type { Cut, Model } from './index.ts';

type Config = ConstructorParameters<typeof Unigram>[0];

function entry(value: unknown): [string, number] {
  const [piece, score] = list(value, 'an entry of vocab');
  if (typeof piece !== 'string' || typeof score !== 'number') throw malformed('an entry of vocab is not a token with a score');
  return [piece, score];
}

/** Neighbouring pieces that are unknown, as one. */
function fused(pieces: readonly string[], isUnknown: (piece: string) => boolean): string[] {
  const out: string[] = [];
  let before = false;
  for (const piece of pieces) {
    const now = isUnknown(piece);
    if (now && before) out[out.length - 1] += piece;
    else out.push(piece);
    before = now;
  }
  return out;
}

/** Unigram: the most probable way to cut the piece (Viterbi); a run of unknown characters is one token, or its bytes. */
export function unigram(config: Json): Model {
  const entries = list(config.vocab, 'vocab').map(entry);
  if (entries.length === 0) throw malformed('vocab is empty');
  const vocab = new Map(entries.map(([piece], id) => [piece, id]));
  const unk = config.unk_id === null || config.unk_id === undefined ? null : count(config.unk_id, 'unk_id');
  if (unk !== null && unk >= entries.length) throw malformed('unk_id is outside the vocabulary');
  const fallback = boolean(config.byte_fallback, false, 'byte_fallback');
  // Without an unknown token the engine still needs a place for its score: one past the end, which no text can contain.
  const engine = new Unigram({ ...config, vocab: [...entries], unk_id: unk ?? entries.length } as unknown as Config, '');
  const unknown = unk === null ? null : entries[unk]![0];
  const bytesOf = (run: string) => (fallback ? byteIds(run, vocab) : null);
  const cuts = (run: string, a: number, b: number): readonly Cut[] => {
    const id = vocab.get(run);
    if (id !== undefined) return [{ id, piece: run, a, b }];
    const bytes = bytesOf(run);
    if (bytes !== null) return bytes.map(([piece, byte]) => ({ id: byte, piece, a, b }));
    if (unk === null)
      throw new HeadlightError('tokenizer', `The tokenizer has no token for ${JSON.stringify(run)}, nor one for unknown text.`);
    return [{ id: unk, piece: run, a, b }];
  };
  return {
    kind: 'Unigram',
    vocabulary: vocab,
    unknown,
    tokenize: remembering((_, text) => {
      let at = 0;
      return fused(engine.tokenize(text), (p) => !vocab.has(p) || p === unknown).flatMap((run) => {
        const a = at;
        at += characters(run);
        return cuts(run, a, at);
      });
    }),
  };
}

/** The byte tokens of `text`, null unless the vocabulary has all of them. */
export function byteIds(text: string, vocab: ReadonlyMap<string, number>): [string, number][] | null {
  const out: [string, number][] = [];
  for (const b of utf8(text)) {
    const id = vocab.get(byteToken(b));
    if (id === undefined) return null;
    out.push([byteToken(b), id]);
  }
  return out;
}
