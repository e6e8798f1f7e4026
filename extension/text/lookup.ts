/** Tokens by place and by word. Pure. */
import type { Token } from '../../model/protocol/panel.ts';

/** All tokens of the word that `token` belongs to, in order; the token alone when it belongs to none. */
export function wordOf(tokens: readonly Token[], token: number): number[] {
  const { word, segment } = tokens[token] ?? { word: null, segment: 0 };
  if (word === null) return [token];
  return tokens.flatMap((other, index) => (other.word === word && other.segment === segment ? [index] : []));
}

/** Characters of the source that the tokens stand for, from the first to the last. */
export function sourceOf(text: string, tokens: readonly Token[], members: readonly number[]): string {
  const placed = members.map((index) => tokens[index]!).filter(({ start, end }) => end > start);
  if (placed.length === 0) return tokens[members[0] ?? -1]?.piece ?? '';
  return text.slice(Math.min(...placed.map(({ start }) => start)), Math.max(...placed.map(({ end }) => end)));
}

/** What a person calls a token: its characters in the source, its piece where it has none. White space is shown as a sign. */
export function nameOf(text: string, token: Token | undefined): string {
  if (!token) return '';
  const characters = token.end > token.start ? text.slice(token.start, token.end) : token.piece;
  const shown = characters.trim() === '' ? characters.replace(/\r?\n/g, '↵').replace(/\t/g, '⇥').replace(/ /g, '␣') : characters.trim();
  return shown === '' ? token.piece : shown.replace(/\r?\n/g, '↵');
}
