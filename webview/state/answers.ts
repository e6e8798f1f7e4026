/** What answers a query, by name: tokens, positions of a picture, or groups of tokens. */
import { type Axis, type Side, tokenLabel } from './axis.ts';
import { answersOf, type Shown } from './shown.ts';

export interface Answers {
  readonly row: Float32Array;
  readonly names: (place: number) => string;
  /** `token`, `position`, `group`: what a place is called beside its number. */
  readonly unit: string;
  /** The token that is chosen with a place. */
  readonly tokenAt: (place: number) => number;
}

/** @param row as `rowOf` gives it */
export function namedAnswers(shown: Shown, row: Float32Array, direction: 'from' | 'to'): Answers {
  const side = direction === 'from' ? shown.keys : shown.queries;
  const axis = direction === 'from' ? shown.grouped?.keys : shown.grouped?.queries;
  if (!axis) return { row, names: (place) => tokenLabel(side, place), unit: side.unit, tokenAt: (place) => place };
  return {
    row: answersOf(shown, row, direction),
    names: (place) => axis.labels[place] ?? '',
    unit: 'group',
    tokenAt: (place) => axis.groups[place]![0]!,
  };
}

/** What a token that asks is called: itself, or its group. */
export function askerName(side: Side, axis: Axis | undefined, token: number): string {
  return axis?.labels[axis.placeOf[token] ?? -1] ?? tokenLabel(side, token);
}
