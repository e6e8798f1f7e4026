/** All schemes of one place of attention in a few words. */
import type { Positions } from './types.ts';

export function schemeWords({ added, rotation, biases, terms }: Pick<Positions, 'added' | 'rotation' | 'biases' | 'terms'>): string {
  const parts = [
    ...added.map(({ words }) => words),
    ...(rotation ? [rotation.words] : []),
    ...biases.map(({ words }) => words),
    ...(terms.length > 0 ? [`relative (${terms.map(({ words }) => words).join(', ')})`] : []),
  ];
  return parts.length > 0 ? [...new Set(parts)].join(' + ') : 'none';
}
