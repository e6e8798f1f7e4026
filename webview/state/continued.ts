/** A run on a text and what the model said after it: the input as views read it, with the tokens of both. */
import { rowsOf, specialToken } from '../../model/generation/target.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import type { TextInput } from '../../model/protocol/panel.ts';
import type { Generation, Said } from './generation.ts';

export interface Continued {
  readonly input: TextInput;
  readonly run: RunParams;
}

/** Null for an input that is no text. */
export function continuedInput({ base, ofTarget, prompt }: Generation, said: Said): Continued | null {
  const { input, run } = base.show;
  if (input.kind !== 'text') return null;
  if (ofTarget) {
    const start = input.target?.tokens[0] ?? specialToken(prompt[0]!, `#${prompt[0]}`);
    const rows = rowsOf(said.tokens, start);
    const target = { text: said.text, ...rows, generated: true };
    return { input: { ...input, target }, run: { ...run, targetIds: rows.tokens.map(({ id }) => id) } };
  }
  const shift = input.text.length;
  const words = 1 + Math.max(-1, ...input.tokens.map(({ word }) => word ?? -1));
  const after = said.tokens.map((token) => ({
    ...token,
    start: token.start + shift,
    end: token.end + shift,
    word: token.word === null ? null : token.word + words,
  }));
  const tokens = [...input.tokens, ...after];
  return { input: { ...input, text: input.text + said.text, tokens }, run: { ...run, ids: tokens.map(({ id }) => id) } };
}
