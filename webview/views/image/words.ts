/** What the picture shows, in words. */
import { exact, percent } from '../../draw/numbers.ts';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { largest } from '../../state/largest.ts';
import type { Shown } from '../../state/shown.ts';
import { headsWords } from '../words.ts';

const SAID = 3;

/** `layer 3 · head 2: row 4, column 5 attends 12 % to row 3, column 3; 9 % to …`. */
export function pictureWords(shown: Shown, query: number | null, row: Float32Array, direction: 'from' | 'to'): string {
  if (query === null) return `${headsWords(shown)}: choose a patch.`;
  const [own, others] = direction === 'from' ? [shown.queries, shown.keys] : [shown.keys, shown.queries];
  const verb = shown.against ? 'differs by' : direction === 'from' ? 'attends' : 'is attended';
  const joint = shown.against ? 'at' : direction === 'from' ? 'to' : 'by';
  const parts = largest(row, SAID).map((i) => `${shown.against ? exact(row[i]!) : percent(row[i]!)} ${joint} ${tokenLabel(others, i)}`);
  return `${headsWords(shown)}: ${tokenLabel(own, query)} ${verb} ${parts.join('; ')}.`;
}

/** `row 4, column 5 → CLS 0.0123456`. */
export function weightLine(own: Side, others: Side, query: number, other: number, weight: number, direction: 'from' | 'to'): string {
  const [from, to] =
    direction === 'from' ? [tokenLabel(own, query), tokenLabel(others, other)] : [tokenLabel(others, other), tokenLabel(own, query)];
  return `${from} → ${to} ${exact(weight)}`;
}
