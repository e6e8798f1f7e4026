import { BPE } from '@huggingface/tokenizers';
import { HeadlightError } from '../../errors.ts';
import { boolean, type Json, list, malformed, stringOr } from '../json.ts';
import type { Traced } from '../traced.ts';
import { characters, utf8Length } from '../utf8.ts';
import { remembering } from './cache.ts';
import type { Cut, Model } from './index.ts';
import { byteIds } from './unigram.ts';
import { unknownId, vocabulary } from './vocabulary.ts';

type Config = ConstructorParameters<typeof BPE>[0];

/** Both spellings of a merge, `"a b"` and `["a", "b"]`, as pairs. */
function merges(config: Json): [string, string][] {
  return list(config.merges, 'merges').map((merge) => {
    const pair = typeof merge === 'string' ? merge.split(' ') : list(merge, 'a merge');
    const [left, right] = pair;
    if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string') throw malformed('a merge is not a pair of tokens');
    return [left, right];
  });
}

/** What can be seen of a BPE model from a symbol's point of view. */
interface Rules {
  readonly vocab: ReadonlyMap<string, number>;
  readonly suffix: string;
  readonly unknown: string | null;
  readonly fallback: boolean;
  readonly fuse: boolean;
}

/** Merges a word's characters; the last one carries the end-of-word suffix if `suffixed`. */
type Splitter = (word: string, suffixed: boolean) => readonly string[];

/** The engine always adds its suffix; words without it get an engine of their own, made when the first one comes (hardly ever). */
function splitter(config: Json): Splitter {
  // Merging needs no ids: the vocabulary stays here alone.
  const settings = { ...config, vocab: {}, merges: merges(config) };
  const engine = new BPE(settings as unknown as Config);
  let bare: BPE | null = null;
  return (word, suffixed) => {
    if (suffixed) return engine.bpe(word);
    bare ??= new BPE({ ...settings, end_of_word_suffix: null } as unknown as Config);
    return bare.bpe(word);
  };
}

/** Symbols as tokens: known ones as they are, others as bytes or as the unknown token (neighbours fused if asked), or as nothing. */
function cutsOf(symbols: readonly string[], rules: Rules): Cut[] {
  const out: Cut[] = [];
  let at = 0;
  let unknownBefore = false;
  symbols.forEach((symbol, i) => {
    const a = at;
    const b = a + characters(symbol) - (i === symbols.length - 1 ? rules.suffix.length : 0);
    at = b;
    const id = rules.vocab.get(symbol);
    const bytes = id === undefined && rules.fallback ? byteIds(symbol, rules.vocab) : null;
    if (id !== undefined) out.push({ id, piece: symbol, a, b });
    else if (bytes !== null) for (const [piece, byte] of bytes) out.push({ id: byte, piece, a, b });
    else if (rules.unknown !== null) {
      if (unknownBefore && rules.fuse) out.push({ ...out.pop()!, b });
      else out.push({ id: rules.vocab.get(rules.unknown)!, piece: rules.unknown, a, b });
    }
    unknownBefore = id === undefined && bytes === null;
  });
  return out;
}

/**
 * A model without an unknown token: characters that are neither known nor have bytes vanish before the merges, and the library then counts over what
 * is left, in bytes. The ranges that come out are its own, wrong as they are. Null if nothing vanishes.
 */
function withoutUnknown(piece: Traced, rules: Rules, split: Splitter): Cut[] | null {
  const bytes: number[] = [];
  const kept: string[] = [];
  let lastKept = false;
  for (let i = 0; i < piece.length; i++) {
    const c = String.fromCodePoint(piece.char(i)) + (i === piece.length - 1 ? rules.suffix : '');
    lastKept = rules.vocab.has(c) || (rules.fallback && byteIds(c, rules.vocab) !== null);
    if (lastKept) kept.push(String.fromCodePoint(piece.char(i)));
    for (let n = utf8Length(piece.char(i)); n > 0; n--) bytes.push(i);
  }
  if (kept.length === piece.length) return null;
  // The suffix goes to the piece's last character; if that one vanished, no other gets it.
  const suffix = lastKept ? rules.suffix : '';
  const ends = [0];
  for (const c of kept) ends.push(ends.at(-1)! + utf8Length(c.codePointAt(0)!));
  return cutsOf(split(kept.join(''), lastKept), { ...rules, suffix }).map((cut) => ({
    ...cut,
    a: bytes[ends[cut.a]!]!,
    b: bytes[ends[cut.b]! - 1]! + 1,
  }));
}

/** BPE: merges the piece's characters by the file's ranks. @throws HeadlightError 'tokenizer' for what the engine cannot do (dropout, a prefix inside words) */
export function bpe(config: Json): Model {
  const vocab = vocabulary(config);
  const unknown = stringOr(config.unk_token, null, 'unk_token');
  const suffix = stringOr(config.end_of_word_suffix, '', 'end_of_word_suffix');
  if (stringOr(config.continuing_subword_prefix, '', 'continuing_subword_prefix') !== '') {
    throw new HeadlightError('tokenizer', 'This tokenizer’s BPE has a continuing_subword_prefix, which Headlight does not know.');
  }
  if (typeof config.dropout === 'number' && config.dropout > 0) {
    throw new HeadlightError(
      'tokenizer',
      `This tokenizer's BPE has a dropout of ${config.dropout}: it cuts words at random, so nothing exact can be shown.`,
    );
  }
  if (unknown !== null) unknownId(vocab, unknown);
  const whole = boolean(config.ignore_merges, false, 'ignore_merges');
  const split = splitter(config);
  const rules = {
    vocab,
    suffix,
    unknown,
    fallback: boolean(config.byte_fallback, false, 'byte_fallback'),
    fuse: boolean(config.fuse_unk, false, 'fuse_unk'),
  };
  return {
    kind: 'BPE',
    vocabulary: vocab,
    unknown,
    tokenize: remembering((piece, text) => {
      const id = whole ? vocab.get(text) : undefined;
      if (id !== undefined) return [{ id, piece: text, a: 0, b: piece.length }];
      return (unknown === null ? withoutUnknown(piece, rules, split) : null) ?? cutsOf(split(text, true), rules);
    }),
  };
}
