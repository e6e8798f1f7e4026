/** From places in a text to tokens, and from tokens to what should be painted. */
import type { Token } from '../protocol/panel.ts';
import type { TextRange } from './types.ts';

/** Tokens of one text that stand somewhere in it, with their indices. */
function placed(tokens: readonly Token[], segment: 0 | 1): { readonly token: Token; readonly index: number }[] {
  return tokens.map((token, index) => ({ token, index })).filter(({ token }) => !token.special && token.segment === segment);
}

/**
 * Indices of the tokens that hold the character at `offset`: several where tokens share a character, the one before where it is a gap (a swallowed
 * accent, a removed space), the first where nothing stands before. Empty only without tokens.
 */
export function tokensAt(tokens: readonly Token[], offset: number, segment: 0 | 1 = 0): readonly number[] {
  const own = placed(tokens, segment);
  const holding = own.filter(({ token }) => token.start <= offset && offset < token.end);
  if (holding.length > 0) return holding.map(({ index }) => index);
  const before = own.filter(({ token }) => token.end > token.start && token.end <= offset);
  const end = before.reduce((most, { token }) => Math.max(most, token.end), 0);
  const last = before.filter(({ token }) => token.end === end);
  return (last.length > 0 ? last : own.slice(0, 1)).map(({ index }) => index);
}

/** Indices of the tokens that share a character with [start, end); for an empty range, those at its offset. */
export function tokensIn(tokens: readonly Token[], { start, end }: TextRange, segment: 0 | 1 = 0): readonly number[] {
  if (end <= start) return tokensAt(tokens, start, segment);
  const inside = placed(tokens, segment).filter(({ token }) => token.start < end && token.end > start);
  return inside.length > 0 ? inside.map(({ index }) => index) : tokensAt(tokens, start, segment);
}

/** Widens ranges to whole graphemes (what people see as one character), so that no mark or half of an emoji is painted alone. */
export class Graphemes {
  /** Offset of the grapheme that holds each code unit; the text's length last. */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  constructor(text: string) {
    this.#starts = new Uint32Array(text.length + 1);
    this.#ends = new Uint32Array(text.length + 1);
    for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
      this.#starts.fill(index, index, index + segment.length);
      this.#ends.fill(index + segment.length, index, index + segment.length);
    }
    this.#starts[text.length] = text.length;
    this.#ends[text.length] = text.length;
  }

  /** An empty range stays empty. */
  widen({ start, end }: TextRange): TextRange {
    if (end <= start) return { start, end };
    return { start: this.#starts[start] ?? start, end: this.#ends[end - 1] ?? end };
  }
}

/** Index of the first number that is not less than `wanted`. */
function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Ranges to paint a text without holes: whole graphemes, and every gap belongs to the token before it. One range a token; special tokens keep their
 * empty one. The data stays with the tokens' own ranges; this is for display alone.
 */
export function paintedRanges(text: string, tokens: readonly Token[], segment: 0 | 1 = 0): readonly TextRange[] {
  const graphemes = new Graphemes(text);
  const own = placed(tokens, segment).filter(({ token }) => token.end > token.start);
  const starts = own.map(({ token }) => graphemes.widen(token).start).sort((a, b) => a - b);
  const nextStart = (after: number) => starts[lowerBound(starts, after)] ?? text.length;
  return tokens.map((token) => {
    if (token.special || token.segment !== segment || token.end <= token.start) return { start: token.start, end: token.end };
    const { start, end } = graphemes.widen(token);
    return { start, end: nextStart(end) };
  });
}
