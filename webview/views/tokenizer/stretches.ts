/** A tried text cut into what is shown of it: what stands for tokens, what merely separates them, what vanished. Pure. */
import type { Token } from '../../../model/protocol/panel.ts';
import { Graphemes } from '../../../model/text/locate.ts';
import type { NormalizedText, TextRange } from '../../../model/text/types.ts';

export interface Stretch extends TextRange {
  /** Indices of the tokens that stand for it; empty for what no token stands for. */
  readonly tokens: readonly number[];
  /** True for what the tokenizer left out, false for what went into a neighbour (an accent that was composed). */
  readonly vanished: boolean;
}

/** Stretches in order; together they are the text. Tokens that share a character (the bytes of an emoji) share a stretch; whole graphemes stay whole. */
export function stretchesOf(text: string, tokens: readonly Token[], { vanished }: NormalizedText, segment: 0 | 1): Stretch[] {
  const graphemes = new Graphemes(text);
  const ranges = tokens.map((token) => (token.segment === segment && token.end > token.start ? graphemes.widen(token) : null));
  const cuts = new Set([0, text.length]);
  for (const range of [...ranges, ...vanished]) if (range) cuts.add(range.start).add(range.end);
  const sorted = [...cuts].sort((a, b) => a - b);
  const beginning = new Map<number, number[]>();
  ranges.forEach((range, index) => {
    if (range) beginning.set(range.start, [...(beginning.get(range.start) ?? []), index]);
  });
  let open: number[] = [];
  return sorted.slice(0, -1).map((start, i) => {
    const end = sorted[i + 1]!;
    open = [...open.filter((index) => ranges[index]!.end > start), ...(beginning.get(start) ?? [])];
    const gone = open.length === 0 && vanished.some((range) => range.start <= start && end <= range.end);
    return { start, end, tokens: open, vanished: gone };
  });
}

/** A character by its number, `U+00AD`. */
export const codePoint = (c: string): string => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
