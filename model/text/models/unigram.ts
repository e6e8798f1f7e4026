import { Unigram } from '@huggingface/tokenizers';
import { HeadlightError } from '../../errors.ts';
import { byteToken } from '../bytes.ts';
import { boolean, count, type Json, list, malformed } from '../json.ts';
import { characters, utf8 } from '../utf8.ts';
import { remembering } from './cache.ts';
import type { Cut, Model } from './index.ts';
import { PieceTrie } from './piece-trie.ts';

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

/** Added to the least score for characters that no piece covers. Source: `K_UNK_PENALTY` of the Rust library. */
const UNKNOWN_PENALTY = -10;

/**
 * The package's Unigram over a whole vocabulary. It is made with one piece and given the rest, as its own constructor takes seconds for large ones
 * (see PieceTrie). Without an unknown token it still needs a place for that score: one past the end, which no text can contain.
 */
function engineFor(entries: readonly [string, number][], vocab: Map<string, number>, unk: number | null): Unigram {
  const engine = new Unigram({ type: 'Unigram', vocab: [['', 0]], unk_id: 0 } as unknown as Config, '');
  engine.scores = entries.map(([, score]) => score);
  engine.min_score = engine.scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  engine.unk_score = engine.min_score + UNKNOWN_PENALTY;
  engine.unk_token_id = unk ?? entries.length;
  engine.tokens_to_ids = vocab;
  engine.trie = new PieceTrie(vocab.keys()) as unknown as Unigram['trie'];
  return engine;
}

/** Unigram: the most probable way to cut the piece (Viterbi); a run of unknown characters is one token, or its bytes. */
export function unigram(config: Json): Model {
  const entries = list(config.vocab, 'vocab').map(entry);
  if (entries.length === 0) throw malformed('vocab is empty');
  const vocab = new Map(entries.map(([piece], id) => [piece, id]));
  const unk = config.unk_id === null || config.unk_id === undefined ? null : count(config.unk_id, 'unk_id');
  if (unk !== null && unk >= entries.length) throw malformed('unk_id is outside the vocabulary');
  const fallback = boolean(config.byte_fallback, false, 'byte_fallback');
  const engine = engineFor(entries, vocab, unk);
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
    size: entries.length,
    pieces: new Map(entries.map(([piece], id) => [id, piece])),
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
