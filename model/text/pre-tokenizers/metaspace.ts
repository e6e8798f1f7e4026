import { boolean, type Json, malformed, oneOf, stringOr } from '../json.ts';
import { expand, prepended, type Traced } from '../traced.ts';
import { charactersOf, cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

export const PREPEND_SCHEMES = ['always', 'first', 'never'] as const;
export type PrependScheme = (typeof PREPEND_SCHEMES)[number];

/** The scheme of a Metaspace; older files say `add_prefix_space` instead. */
export function prependScheme(config: Json): PrependScheme {
  if (config.add_prefix_space === false) return 'never';
  return oneOf(config.prepend_scheme, PREPEND_SCHEMES, 'always', 'prepend_scheme');
}

/** The single character that stands for a space. */
export function replacementOf(config: Json): number {
  const points = Array.from(stringOr(config.replacement, '\u2581', 'replacement'), (c) => c.codePointAt(0)!);
  if (points.length !== 1) throw malformed('replacement of Metaspace is not one character');
  return points[0]!;
}

/**
 * Metaspace: spaces become ▁, words begin with one. A text that begins with none gets one in front: always, never, or only where the piece is the
 * beginning of the source (`first`).
 */
export function metaspace(config: Json): PreTokenizer {
  const mark = replacementOf(config);
  const scheme = prependScheme(config);
  const splits = boolean(config.split, true, 'split');
  const marks = { has: (c: number) => c === mark };
  const prefix = (text: Traced) => scheme === 'always' || (scheme === 'first' && text.start === 0);
  return (piece) => {
    let text = expand(piece, (c) => (c === 0x20 ? mark : c));
    if (text.length > 0 && text.char(0) !== mark && prefix(text)) text = prepended(text, [mark]);
    return splits ? cut(text, charactersOf(text, marks), 'MergedWithNext') : [text];
  };
}
