/**
 * Cuts a text to the length that a model reads, and says so. Which part: the beginning, the one around the cursor, or one that begins or ends at a given
 * place, which is how parts follow each other with an overlap.
 */
import { HeadlightError } from '../../model/errors.ts';
import type { PartOfText, Token } from '../../model/protocol/panel.ts';
import type { Encoding } from '../../model/text/index.ts';
import { type SourceText, slice } from './source.ts';
import type { Span } from './tracked.ts';

export type Encoded = Pick<Encoding, 'tokens' | 'typeIds'>;
export type Encode = (text: string, pair: string | null) => Promise<Encoded>;

/** Which part of a text that is too long; offsets count in the whole text. */
export type Part = 'beginning' | 'cursor' | { readonly start: number } | { readonly end: number };

export interface Fitted {
  readonly source: SourceText;
  /** Ranges count in `source.text`, of a pair's second text too. */
  readonly encoded: Encoded;
  /** What was left out, in a sentence; null when nothing was. */
  readonly notice: string | null;
  /** Where `source` lies in the whole text; null when it is the whole, or a pair. */
  readonly shown: Span | null;
}

/** No tokenizer makes fewer than one token of this many characters in a text that people write; what is beyond need not be encoded. */
const CHARACTERS_PER_TOKEN = 16;
/** A text of this many characters is encoded whole in a moment, so that its number of tokens can be said. */
const AT_ONCE = 50_000;
/** Part of the room that stands before the cursor when the beginning is cut away. */
const BEFORE_CURSOR = 0.75;
/** Part of the room that neighbouring parts share. */
const OVERLAP = 0.25;
const ROUNDS = 8;

/** @throws HeadlightError `empty` without text, `too-long` when the first of two texts fills the model alone */
export async function fitText(
  source: SourceText,
  limit: number | null,
  model: string,
  encode: Encode,
  part: Part = 'cursor',
): Promise<Fitted> {
  if (source.text.trim() === '') throw new HeadlightError('empty', 'There is no text here. Type or select some, then run again.');
  const { rough, skipped } = limit === null ? { rough: source, skipped: 0 } : stretchFor(source, part, limit);
  const encoded = await encodeSource(rough, encode);
  const { tokens } = encoded;
  if (limit === null || (tokens.length <= limit && rough === source)) return { source, encoded, notice: null, shown: null };
  if (source.second !== null) return fitPair(source, tokens, limit, model, encode);
  const total = rough === source ? tokens.length : null;
  const start = startOf(part, rough, skipped, tokens, limit);
  const fitted = await shorten(slice(rough, start, rough.text.length), limit, encode);
  const shown = { start: skipped + start, end: skipped + start + fitted.source.text.length };
  return { ...fitted, shown, notice: noticeFor(source.text, shown, total, limit, model) };
}

/** Tokens of one or two texts, all ranges in `source.text`. */
async function encodeSource({ text, second }: SourceText, encode: Encode): Promise<Encoded> {
  if (second === null) return encode(text, null);
  const { tokens, typeIds } = await encode(text.slice(0, second - 1), text.slice(second));
  const placed = (token: Token) => token.segment === 1 && token.end > token.start;
  return {
    typeIds,
    tokens: tokens.map((token) => (placed(token) ? { ...token, start: token.start + second, end: token.end + second } : token)),
  };
}

/** As much of the text around the wanted part as must be encoded to find it: what is further away cannot be read anyway. */
function stretchFor(source: SourceText, part: Part, limit: number): { readonly rough: SourceText; readonly skipped: number } {
  const { text, second } = source;
  const characters = Math.max(AT_ONCE, limit * CHARACTERS_PER_TOKEN);
  if (text.length <= characters || second !== null) return { rough: source, skipped: 0 };
  const start = roughStart(source, part, characters);
  return { rough: slice(source, start, Math.min(text.length, start + characters)), skipped: start };
}

function roughStart({ text, cursor }: SourceText, part: Part, characters: number): number {
  if (part === 'beginning') return 0;
  if (typeof part === 'object') return 'start' in part ? part.start : wholeCharacter(text, Math.max(0, part.end - characters));
  if (cursor <= characters / 2) return 0;
  const at = Math.round(cursor - characters / 2);
  const line = text.lastIndexOf('\n', at - 1) + 1;
  return at - line <= characters / 4 ? line : wholeCharacter(text, at);
}

/** The same place, or the one before where it would part a surrogate pair. */
const wholeCharacter = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at);

/** Offset in the stretch where the part begins. */
function startOf(part: Part, rough: SourceText, skipped: number, tokens: readonly Token[], limit: number): number {
  const placed = tokens.filter(({ start, end }) => end > start);
  const room = limit - (tokens.length - placed.length);
  if (part === 'beginning') return 0;
  if (part === 'cursor') return startAround(rough, placed, room);
  if ('start' in part) return Math.max(0, part.start - skipped);
  const behind = placed.findIndex(({ end }) => end > part.end - skipped);
  const at = Math.max(0, (behind < 0 ? placed.length : behind) - room);
  const [first, latest] = [placed[at], placed[at + Math.floor(room * OVERLAP)]];
  return first ? lineOrWord(rough.text, first.start, latest?.start ?? first.start) : 0;
}

/** Where to begin so that the cursor is in the part that the model reads. */
function startAround({ text, cursor }: SourceText, placed: readonly Token[], room: number): number {
  const at = placed.findIndex(({ end }) => end >= cursor);
  if (at >= 0 && at < room) return 0;
  const before = (at < 0 ? placed.length - 1 : at) - Math.floor(room * BEFORE_CURSOR);
  // Towards the end of the text the room after the cursor would stay empty.
  const first = placed[Math.max(0, Math.min(before, placed.length - room))];
  return first ? lineOrWord(text, first.start, cursor) : 0;
}

/** The beginning of a line from here on, if it is not behind `most`; else the place itself. */
function lineOrWord(text: string, from: number, most: number): number {
  if (text.slice(0, from).trim() === '') return 0;
  if (text[from - 1] === '\n') return from;
  const line = text.indexOf('\n', from) + 1;
  return line > 0 && line <= most ? line : from;
}

/** Takes tokens away at the end until the model reads the rest. The cut never parts a token. */
async function shorten(source: SourceText, limit: number, encode: Encode): Promise<Pick<Fitted, 'source' | 'encoded'>> {
  let part = source;
  let encoded = await encodeSource(part, encode);
  let room = limit - encoded.tokens.filter(({ start, end }) => end <= start).length;
  for (let round = 0; round < ROUNDS && encoded.tokens.length > limit; round++) {
    const placed = encoded.tokens.filter(({ start, end }) => end > start);
    const last = placed[Math.max(0, room - 1)];
    if (!last) break;
    part = slice(part, 0, last.end);
    encoded = await encodeSource(part, encode);
    room -= 1;
  }
  if (encoded.tokens.length > limit)
    throw new HeadlightError('too-long', `The text cannot be cut to the ${limit} tokens that the model reads. Select a shorter part.`);
  return { source: part, encoded };
}

async function fitPair(source: SourceText, tokens: readonly Token[], limit: number, model: string, encode: Encode): Promise<Fitted> {
  const firsts = tokens.filter(({ segment }) => segment === 0).length;
  if (firsts >= limit) {
    throw new HeadlightError(
      'too-long',
      `The first text alone has ${firsts} tokens, ${model} reads ${limit} for both. Select a shorter one.`,
    );
  }
  const fitted = await shorten(source, limit, encode);
  const notice = `Both texts have ${tokens.length} tokens, ${model} reads ${limit}: the end of the second is left out.`;
  return { ...fitted, notice, shown: null };
}

function noticeFor(text: string, { start, end }: Span, total: number | null, limit: number, model: string): string {
  const size = total === null ? 'more tokens than the model reads' : `${total.toLocaleString('en-US')} tokens`;
  const line = (offset: number) => text.slice(0, offset).split('\n').length;
  const where = start === 0 ? 'the beginning is' : `lines ${line(start)} to ${line(end)} of it are`;
  return `The text has ${size}; ${model} reads ${limit.toLocaleString('en-US')}: ${where} shown.`;
}

/** What the panel must know of the part that it shows. */
export function partOf(whole: string, { start, end }: Span, reads: PartOfText['reads']): PartOfText {
  return { first: start === 0, last: whole.slice(end).trim() === '', reads };
}

/**
 * The part behind or before the one that is shown. They share a quarter of their tokens; a part begins with a line where one begins in what they share.
 * @param tokens of the part that is shown, ranges in its own text
 */
export function neighbour(way: 'next' | 'previous', text: string, { start, end }: Span, tokens: readonly Token[]): Part {
  const placed = tokens.filter((token) => token.end > token.start);
  const shared = Math.floor(placed.length * OVERLAP);
  if (way === 'previous') {
    const last = placed[Math.max(0, shared - 1)];
    return { end: start + (last?.end ?? 0) };
  }
  const first = placed[Math.max(0, placed.length - shared)];
  return { start: first ? lineOrWord(text, start + first.start, end - 1) : end };
}
