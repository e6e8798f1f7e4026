/** The source text cut at the borders of its tokens. Pure. */
import type { Side } from '../../state/axis.ts';

/** A stretch of text and the tokens that stand for it. Special tokens that nobody typed have no stretch: they stand beside the text. */
export interface Part {
  readonly text: string;
  /** Tokens whose range covers the stretch; empty for text that no token stands for. */
  readonly tokens: readonly number[];
}

/** Tokens without a place in the text, in order. */
export function outside(side: Side): number[] {
  return side.tokens.flatMap((token, i) => (token.start >= token.end ? [i] : []));
}

/** Parts in the order of the text; together they are the text. Overlapping tokens (several for one character) share a part. */
export function partsOf(side: Side): Part[] {
  const placed = side.tokens
    .map((token, index) => ({ token, index }))
    .filter(({ token }) => token.start < token.end && token.segment === 0);
  const borders = new Set([0, side.text.length]);
  for (const { token } of placed) borders.add(token.start).add(token.end);
  const cuts = [...borders].filter((at) => at >= 0 && at <= side.text.length).sort((a, b) => a - b);
  const starting = new Map<number, number[]>();
  for (const { token, index } of placed) starting.set(token.start, [...(starting.get(token.start) ?? []), index]);
  const parts: Part[] = [];
  let open: number[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i]!, cuts[i + 1]!];
    open = [...open.filter((index) => side.tokens[index]!.end > from), ...(starting.get(from) ?? [])];
    parts.push({ text: side.text.slice(from, to), tokens: open });
  }
  return parts;
}
