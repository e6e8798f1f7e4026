/** A token on its way: ranges count in the source's code points, post-processors may still change it. */
export interface Draft {
  readonly id: number;
  readonly piece: string;
  readonly start: number;
  readonly end: number;
  readonly word: number | null;
  /** Put in by a template; a special token that was typed is none of these. */
  readonly special: boolean;
}

/** A run of tokens with one origin: a text's own, or special tokens. */
export interface Run {
  readonly tokens: readonly Draft[];
  /** Number of the text, null for special tokens. */
  readonly text: 0 | 1 | null;
  readonly typeId: number;
}

export function specialRun(ids: readonly number[], pieces: readonly string[], typeId: number): Run {
  const tokens = ids.map((id, i) => ({ id, piece: pieces[i] ?? '', start: 0, end: 0, word: null, special: true }));
  return { tokens, text: null, typeId };
}
