import type { Traced } from '../traced.ts';
import type { CodePointSet } from '../unicode/sets.ts';

export const BEHAVIOURS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
/** What becomes of a delimiter: dropped, a piece of its own, part of the piece before or after it, or one piece with its like neighbours. */
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A stretch of a piece, and whether it is a match. */
interface Part {
  readonly a: number;
  readonly b: number;
  readonly match: boolean;
}

/** The whole piece as matches and what lies between them. Empty matches stay: they have a say in merging. */
function parts(length: number, matches: readonly number[], invert: boolean): Part[] {
  const out: Part[] = [];
  let at = 0;
  for (let m = 0; m < matches.length; m += 2) {
    const [a, b] = [matches[m]!, matches[m + 1]!];
    if (at < a) out.push({ a: at, b: a, match: invert });
    out.push({ a, b, match: !invert });
    at = b;
  }
  if (at < length) out.push({ a: at, b: length, match: invert });
  return out;
}

/** Joins part i to the one before it wherever `joins` says so, given whether it and the one before are matches (at first: false). */
function merge(all: readonly Part[], joins: (match: boolean, before: boolean) => boolean): Part[] {
  const out: Part[] = [];
  let before = false;
  for (const part of all) {
    const last = out.at(-1);
    if (last !== undefined && joins(part.match, before)) {
      out[out.length - 1] = { a: Math.min(last.a, part.a), b: Math.max(last.b, part.b), match: part.match };
    } else out.push(part);
    before = part.match;
  }
  return out;
}

const joinsDelimiter = (match: boolean, before: boolean) => match && !before;

function behave(all: Part[], behaviour: Behaviour): Part[] {
  switch (behaviour) {
    case 'Isolated':
      return all;
    case 'Removed':
      return all.filter((p) => !p.match);
    case 'Contiguous':
      return merge(all, (match, before) => match === before);
    case 'MergedWithPrevious':
      return merge(all, joinsDelimiter);
    case 'MergedWithNext':
      return merge(all.reverse(), joinsDelimiter).reverse();
  }
}

/** Cuts a piece at `matches` (see `Matcher`); empty pieces vanish. Source: NormalizedString::split. */
export function cut(piece: Traced, matches: readonly number[], behaviour: Behaviour, invert = false): Traced[] {
  const out: Traced[] = [];
  for (const { a, b } of behave(parts(piece.length, matches, invert), behaviour)) if (b > a) out.push(piece.slice(a, b));
  return out;
}

/** Every character of a set is a match. */
export function charactersOf(piece: Traced, set: CodePointSet): number[] {
  const matches: number[] = [];
  for (let i = 0; i < piece.length; i++) if (set.has(piece.char(i))) matches.push(i, i + 1);
  return matches;
}
