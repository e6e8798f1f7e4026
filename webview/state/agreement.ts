/** How well a run agrees with the reference, in three grades. */
import type { Comparison, Difference } from '../../model/protocol/engine.ts';

/**
 * Differences as a part of the largest value. `close`: what sums of 32-bit floats in another order differ by, with room. `loose`: what
 * 16-bit floats and rounding to integers make of it. Beyond, the two compute different things.
 */
export const CLOSE = 1e-4;
export const LOOSE = 1e-2;

export type Grade = 'close' | 'loose' | 'far';

export const TOLERANCE_WORDS =
  'Measured by the largest value of the same tensor: ✓ up to 1e-4 (32-bit floats, summed in another order), △ up to 1e-2 (16-bit floats, or values that ' +
  'were rounded to integers), ✗ beyond that, or where a value is no number.';

export const GRADE_WORDS: Readonly<Record<Grade, string>> = { close: 'equal', loose: 'rounded', far: 'different' };
export const GRADE_SIGNS: Readonly<Record<Grade, string>> = { close: '✓', loose: '△', far: '✗' };

/** The difference as a part of the scale; NaN stays NaN. */
export function share({ largest, scale }: Difference): number {
  return largest === 0 ? 0 : largest / scale;
}

export function gradeOf(difference: Difference): Grade {
  const part = share(difference);
  if (part <= CLOSE) return 'close';
  return part <= LOOSE ? 'loose' : 'far';
}

/** Largest first; what is no number before everything. */
export function worstFirst<D extends Difference>(differences: readonly D[]): D[] {
  const rank = (one: D) => (Number.isNaN(share(one)) ? Number.POSITIVE_INFINITY : share(one));
  return [...differences].sort((a, b) => rank(b) - rank(a));
}

/** The worst of a check; null where nothing was compared. */
export function worstOf({ sites, outputs, steps }: Pick<Comparison, 'sites' | 'outputs' | 'steps'>): Difference | null {
  return worstFirst<Difference>([...sites, ...outputs, ...steps])[0] ?? null;
}
