import { HeadlightError } from '../../errors.ts';
import { boolean, type Json, stringOr } from '../json.ts';
import type { Traced } from '../traced.ts';
import { utf8Length } from '../utf8.ts';
import { remembering } from './cache.ts';
import type { Cut, Model } from './index.ts';
import { Merges, type Symbols } from './merges.ts';
import { byteIds } from './unigram.ts';
import { piecesOf, unknownId, vocabulary } from './vocabulary.ts';

/** What a character becomes before anything is merged. */
interface Rules {
  readonly vocab: ReadonlyMap<string, number>;
  /** In front of every character but the word's first. */
  readonly prefix: string;
  /** Behind the word's last character. */
  readonly suffix: string;
  /** Id of the unknown token; null: what is unknown vanishes. */
  readonly unknown: number | null;
  readonly fallback: boolean;
  readonly fuse: boolean;
}

/**
 * A word's characters as ids with lengths in bytes. An unknown character is its bytes (one long each), else the unknown token, which waits for the next
 * known character: bytes that come meanwhile stand before it. What vanishes has no length, so all behind it seems to stand further left: so counts the
 * library. Source: BPE::merge_word.
 */
function symbolsOf(word: Traced, { vocab, prefix, suffix, unknown, fallback, fuse }: Rules): Symbols {
  const ids: number[] = [];
  const lengths: number[] = [];
  const add = (id: number, length: number) => {
    ids.push(id);
    lengths.push(length);
  };
  let waiting = 0;
  const flush = () => {
    if (waiting > 0) add(unknown!, waiting);
    waiting = 0;
  };
  for (let i = 0; i < word.length; i++) {
    const length = utf8Length(word.char(i));
    const symbol = (i > 0 ? prefix : '') + String.fromCodePoint(word.char(i)) + (i === word.length - 1 ? suffix : '');
    const id = vocab.get(symbol);
    const bytes = id === undefined && fallback ? byteIds(symbol, vocab) : null;
    if (id !== undefined) {
      flush();
      add(id, length);
    } else if (bytes !== null) for (const [, byte] of bytes) add(byte, 1);
    else if (unknown !== null) {
      if (!fuse) flush();
      waiting += length;
    }
  }
  flush();
  return { ids, lengths };
}

/** The character that each byte of a piece belongs to. */
function bytesOf(piece: Traced): number[] {
  const of: number[] = [];
  for (let i = 0; i < piece.length; i++) for (let n = utf8Length(piece.char(i)); n > 0; n--) of.push(i);
  return of;
}

/** Symbols with their places, which count in bytes. Prefixes and suffixes that became bytes run past the piece's end. */
function cutsOf({ ids, lengths }: Symbols, piece: Traced, pieces: ReadonlyMap<number, string>): Cut[] {
  const characters = bytesOf(piece);
  let at = 0;
  return ids.map((id, i): Cut => {
    const from = at;
    at += lengths[i]!;
    const string = pieces.get(id) ?? '';
    if (at > characters.length) return { id, piece: string, a: 0, b: piece.length, astray: [from, at] };
    return { id, piece: string, a: characters[from]!, b: characters[at - 1]! + 1 };
  });
}

/**
 * BPE: a word's characters, merged by the file's ranks. Merging goes by ids, as in the library, so that prefixes, suffixes, bytes and unknown tokens all
 * take part.
 * @throws HeadlightError 'tokenizer' for a dropout, which cuts at random
 */
export function bpe(config: Json): Model {
  const vocab = vocabulary(config);
  const unknown = stringOr(config.unk_token, null, 'unk_token');
  if (typeof config.dropout === 'number' && config.dropout > 0) {
    throw new HeadlightError(
      'tokenizer',
      `This tokenizer's BPE has a dropout of ${config.dropout}: it cuts words at random, so nothing exact can be shown.`,
    );
  }
  const whole = boolean(config.ignore_merges, false, 'ignore_merges');
  const rules = {
    vocab,
    prefix: stringOr(config.continuing_subword_prefix, '', 'continuing_subword_prefix'),
    suffix: stringOr(config.end_of_word_suffix, '', 'end_of_word_suffix'),
    unknown: unknown === null ? null : unknownId(vocab, unknown),
    fallback: boolean(config.byte_fallback, false, 'byte_fallback'),
    fuse: boolean(config.fuse_unk, false, 'fuse_unk'),
  };
  const merges = new Merges(config, vocab, rules.prefix);
  const pieces = piecesOf(vocab);
  return {
    kind: 'BPE',
    vocabulary: vocab,
    unknown,
    size: vocab.size,
    pieces,
    tokenize: remembering((piece, text) => {
      const id = whole ? vocab.get(text) : undefined;
      if (id !== undefined) return [{ id, piece: text, a: 0, b: piece.length }];
      return cutsOf(merges.apply(symbolsOf(piece, rules)), piece, pieces);
    }),
  };
}
