/** Finds the token that a word became. */
import type { Token } from '../../model/protocol/panel.ts';

/** The first token whose characters are the word; null where none is. */
export function tokenOf(tokens: readonly Pick<Token, 'start' | 'end'>[], text: string, word: string): number | null {
  const at = tokens.findIndex(({ start, end }) => text.slice(start, end).trim() === word);
  return at < 0 ? null : at;
}
