/** Ids back to text, each token with its range of that text. */
import type { Token } from '../protocol/panel.ts';
import type { Tokenizer } from './types.ts';

export interface Decoded {
  readonly text: string;
  /** Ranges count in `text`; special tokens and parts of a character that is not complete yet have empty ones. */
  readonly tokens: readonly Token[];
}

/** Parts of a character that has not all its bytes yet are decoded as this. */
const INCOMPLETE = /\ufffd+$/u;

/**
 * What ids say, token by token: each token stands for what the text has more with it than without it. A character of several tokens
 * belongs to the last of them.
 * @param after ids that stand before and are not part of the text (decoders treat the first word of a text differently)
 * Cost: quadratic in the number of ids.
 */
export function decodeTokens(tokenizer: Tokenizer, ids: readonly number[], after: readonly number[] = []): Decoded {
  const said = (count: number) => tokenizer.decode([...after, ...ids.slice(0, count)], { skipSpecial: true });
  const before = said(0);
  const whole = said(ids.length);
  const begin = commonLength(before, whole);
  const text = whole.slice(begin);
  let at = 0;
  const tokens = ids.map((id, i): Token => {
    const known = said(i + 1).replace(INCOMPLETE, '');
    const end = Math.max(at, commonLength(known, whole) - begin);
    const token = {
      id,
      piece: tokenizer.piece(id),
      start: at,
      end,
      special: tokenizer.specialIds.has(id),
      word: null,
      segment: 0 as const,
    };
    at = end;
    return token;
  });
  return { text, tokens: withWords(text, tokens) };
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

/** A word begins where the text has white space before a token, or a token brings it. */
function withWords(text: string, tokens: readonly Token[]): Token[] {
  let word = 0;
  return tokens.map((token) => {
    if (token.end <= token.start) return token;
    const begins = /\s/u.test(text[token.start]!) || (token.start > 0 && /\s/u.test(text[token.start - 1]!));
    if (begins && token.start > 0) word++;
    return { ...token, word };
  });
}
