import type { Draft, Run } from '../draft.ts';
import { isWhiteSpace } from '../unicode/sets.ts';

/** Ġ: the stand-in of the space. */
const SPACE = 0x120;

const isSpace = (c: number) => c === SPACE || isWhiteSpace(c);

function trimmed(token: Draft, first: boolean, prefix: boolean): Draft {
  const chars = token.piece;
  let lead = 0;
  while (lead < chars.length && isSpace(chars.charCodeAt(lead))) lead++;
  let trail = 0;
  while (trail < chars.length && isSpace(chars.charCodeAt(chars.length - 1 - trail))) trail++;
  if (lead === 0 && trail === 0) return token;
  if (prefix && lead === 1 && (first || token.start === 0)) lead = 0;
  const start = Math.min(token.start + lead, token.end);
  const end = trail > 0 && token.end >= trail ? Math.max(token.end - trail, start) : token.end;
  return { ...token, start, end };
}

/**
 * Takes the spaces at the ends of byte-level tokens out of their ranges. A space that was put in front of the text (`prefix`) is no part of the range,
 * so the first token keeps its own; behind a typed special token it is cut all the same, and a letter with it: the library's way.
 * Source: `process_offsets` of the Rust library.
 */
export function trimSpaces(run: Run, prefix: boolean): Run {
  return { ...run, tokens: run.tokens.map((token, i) => trimmed(token, i === 0, prefix)) };
}
