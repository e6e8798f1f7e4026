/**
 * Cuts a text to the length that a model reads, and says so. Which part: the beginning while the cursor is in it, else a part that holds the
 * cursor and begins with a line.
 */
import { HeadlightError } from '../../model/errors.ts';
import type { Token } from '../../model/protocol/panel.ts';
import type { Encoding } from '../../model/text/index.ts';
import { type SourceText, slice } from './source.ts';
import type { Span } from './tracked.ts';

export type Encoded = Pick<Encoding, 'tokens' | 'typeIds'>;
export type Encode = (text: string, pair: string | null) => Promise<Encoded>;

export interface Fitted {
  readonly source: SourceText;
  /** Ranges count in `source.text`, of a pair's second text too. */
  readonly encoded: Encoded;
  /** What was left out, in a sentence; null when nothing was. */
  readonly notice: string | null;
}

/** No tokenizer makes fewer than one token of this many characters in a text that people write; what is beyond need not be encoded. */
const CHARACTERS_PER_TOKEN = 16;
/** A text of this many characters is encoded whole in a moment, so that its number of tokens can be said. */
const AT_ONCE = 50_000;
/** Part of the room that stands before the cursor when the beginning is cut away. */
const BEFORE_CURSOR = 0.75;
const ROUNDS = 8;

/** @throws HeadlightError `empty` without text, `too-long` when the first of two texts fills the model alone */
export async function fitText(source: SourceText, limit: number | null, model: string, encode: Encode): Promise<Fitted> {
  if (source.text.trim() === '') throw new HeadlightError('empty', 'There is no text here. Type or select some, then run again.');
  const skipped = limit === null ? 0 : roughStart(source, Math.max(AT_ONCE, limit * CHARACTERS_PER_TOKEN));
  const rough = limit === null ? source : roughly(source, skipped, Math.max(AT_ONCE, limit * CHARACTERS_PER_TOKEN));
  const encoded = await encodeSource(rough, encode);
  const { tokens } = encoded;
  if (limit === null || (tokens.length <= limit && rough === source)) return { source, encoded, notice: null };
  if (source.second !== null) return fitPair(source, tokens, limit, model, encode);
  const total = rough === source ? tokens.length : null;
  const start = tokens.length <= limit ? 0 : startFor(rough, tokens, limit);
  const fitted = await shorten(slice(rough, start, rough.text.length), limit, encode);
  const shown = { start: skipped + start, end: skipped + start + fitted.source.text.length };
  return { ...fitted, notice: noticeFor(source.text, shown, total, limit, model) };
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

/** Where a stretch of at most `characters` around the cursor begins: what is further away cannot be read anyway. */
function roughStart({ text, cursor, second }: SourceText, characters: number): number {
  if (text.length <= characters || second !== null || cursor <= characters / 2) return 0;
  const at = Math.round(cursor - characters / 2);
  const line = text.lastIndexOf('\n', at - 1) + 1;
  if (at - line <= characters / 4) return line;
  const parted = /[\udc00-\udfff]/.test(text[at] ?? '');
  return parted ? at - 1 : at;
}

function roughly(source: SourceText, start: number, characters: number): SourceText {
  if (source.text.length <= characters || source.second !== null) return source;
  return slice(source, start, Math.min(source.text.length, start + characters));
}

/** Where to begin so that the cursor is in the part that the model reads. */
function startFor({ text, cursor }: SourceText, tokens: readonly Token[], limit: number): number {
  const placed = tokens.filter(({ start, end }) => end > start);
  const room = limit - (tokens.length - placed.length);
  const at = placed.findIndex(({ end }) => end >= cursor);
  if (at >= 0 && at < room) return 0;
  const before = (at < 0 ? placed.length - 1 : at) - Math.floor(room * BEFORE_CURSOR);
  // Towards the end of the text the room after the cursor would stay empty.
  const first = placed[Math.max(0, Math.min(before, placed.length - room))];
  if (!first) return 0;
  const line = text.indexOf('\n', first.start) + 1;
  return line > 0 && line <= cursor ? line : first.start;
}

/** Takes tokens away at the end until the model reads the rest. The cut never parts a token. */
async function shorten(source: SourceText, limit: number, encode: Encode): Promise<{ source: SourceText; encoded: Encoded }> {
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
  return { ...fitted, notice: `Both texts have ${tokens.length} tokens, ${model} reads ${limit}: the end of the second is left out.` };
}

function noticeFor(text: string, { start, end }: Span, total: number | null, limit: number, model: string): string {
  const size = total === null ? 'more tokens than the model reads' : `${total.toLocaleString('en-US')} tokens`;
  const line = (offset: number) => text.slice(0, offset).split('\n').length;
  const where = start === 0 ? 'the beginning is' : `lines ${line(start)} to ${line(end)} of it are`;
  return `The text has ${size}; ${model} reads ${limit.toLocaleString('en-US')}: ${where} shown.`;
}
