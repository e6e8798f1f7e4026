/** The two readings of a decoder's text: what each row reads, and what it foretells. Row t has read everything before token t. */
import type { Token } from '../protocol/panel.ts';
import type { GenerationFacts } from './facts.ts';

export interface TargetRows {
  /** The start token, then the text's tokens but for the last. */
  readonly tokens: readonly Token[];
  /** The text's tokens: row t foretells token t. */
  readonly foretold: readonly Token[];
}

/**
 * @param said the text's tokens as they were generated, an end token among them where there was one
 * @param start the decoder's start token
 */
export function rowsOf(said: readonly Token[], start: Token): TargetRows {
  return { tokens: [start, ...said.slice(0, -1)], foretold: said };
}

/**
 * The tokens of a given text as the model would have to generate them: forced ones first (a language), the text, an end token.
 * @param text the text's own tokens, without special ones
 * @param named makes a token of an id
 */
export function givenTokens(text: readonly Token[], { forced, ends }: GenerationFacts, named: (id: number) => Token): Token[] {
  const first = [...forced.entries()].sort(([a], [b]) => a - b).map(([, id]) => named(id));
  const fresh = first.filter((token, i) => text[i]?.id !== token.id);
  const end = ends[0];
  return [...fresh, ...text, ...(end === undefined || text.at(-1)?.id === end ? [] : [named(end)])];
}

/** A token that nobody typed. */
export function specialToken(id: number, piece: string): Token {
  return { id, piece, start: 0, end: 0, special: true, word: null, segment: 0 };
}
