/** Windows over a text that is longer than the model's input. */
import { HeadlightError } from '../errors.ts';
import type { Token } from '../protocol/panel.ts';
import type { Encoding, TextRange } from './types.ts';

/** A part that fits the model: special tokens as in the whole, the text's tokens from one word to another. Offsets count in the whole text. */
export interface TextWindow extends TextRange {
  readonly tokens: readonly Token[];
  readonly typeIds: readonly number[];
  /** The text's tokens [from, to), as indices into the whole encoding. */
  readonly from: number;
  readonly to: number;
}

/** Moves `at` back to where a word begins, but not to or before `least`. */
function wordStart(tokens: readonly Token[], at: number, least: number): number {
  for (let i = at; i > least; i--) if (i >= tokens.length || tokens[i]!.word !== tokens[i - 1]!.word) return i;
  return at;
}

/** Number of special tokens at either end. */
function edges(tokens: readonly Token[]): { readonly lead: number; readonly trail: number } {
  const lead = tokens.findIndex((t) => !t.special);
  if (lead < 0) return { lead: tokens.length, trail: 0 };
  return { lead, trail: tokens.length - 1 - tokens.findLastIndex((t) => !t.special) };
}

/**
 * Cuts an encoding into windows of at most `limit` tokens, special ones included; neighbours share about `overlap` of the text's tokens. A window begins
 * and ends between words unless a word is longer than half of it.
 *
 * @throws HeadlightError 'too-long' for a pair that does not fit (there is no one way to cut two texts), or a limit that leaves no room
 */
export function windowsOf({ tokens, typeIds }: Encoding, limit: number, overlap: number): readonly TextWindow[] {
  const { lead, trail } = edges(tokens);
  const last = tokens.length - trail;
  const room = limit - lead - trail;
  const window = (from: number, to: number): TextWindow => {
    const keep = (_: unknown, i: number) => i < lead || i >= last || (i >= from && i < to);
    const inside = tokens.slice(from, to);
    const start = inside.reduce((least, t) => Math.min(least, t.start), inside[0]?.start ?? 0);
    const end = inside.reduce((most, t) => Math.max(most, t.end), start);
    return { from, to, start, end, tokens: tokens.filter(keep), typeIds: typeIds.filter(keep) };
  };
  if (tokens.length <= limit) return [window(lead, last)];
  if (tokens.some((t) => t.segment === 1)) {
    throw new HeadlightError('too-long', `The two texts have ${tokens.length} tokens, the model takes ${limit}: shorten one of them.`);
  }
  if (room < 1) throw new HeadlightError('too-long', `The model takes ${limit} tokens, which leaves no room beside the special ones.`);
  const shared = Math.max(0, Math.min(overlap, room - 1));
  const out: TextWindow[] = [];
  for (let from = lead; ; ) {
    const to = from + room >= last ? last : wordStart(tokens, from + room, from + (room >> 1));
    out.push(window(from, to));
    if (to === last) return out;
    from = Math.max(from + 1, wordStart(tokens, to - shared, from + 1));
  }
}

/** The window whose middle is nearest to a place in the text, so that the place has as much around it as possible. */
export function windowAt(windows: readonly TextWindow[], offset: number): TextWindow | undefined {
  const distance = ({ start, end }: TextWindow) => Math.abs((start + end) / 2 - offset);
  const holding = windows.filter(({ start, end }) => start <= offset && offset <= end);
  const from = holding.length > 0 ? holding : windows;
  return from.reduce<TextWindow | undefined>((best, w) => (best === undefined || distance(w) < distance(best) ? w : best), undefined);
}
