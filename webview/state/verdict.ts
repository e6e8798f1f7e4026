/** How far the numbers of a run can be trusted, in one line. */
import { short } from '../draw/numbers.ts';
import type { Session, Site } from './types.ts';

/** Row sums may miss 1 by this much: float32 rounding of a softmax over a few thousand keys. */
export const ROW_SUM_TOLERANCE = 1e-4;

export interface Verdict {
  readonly words: string;
  readonly icon: string;
  readonly good: boolean;
}

/** One line about the whole run. */
export function verdictOf({ opened, sites }: Pick<Session, 'opened' | 'sites'>): Verdict {
  const all = [...sites.values()];
  const worst = worstRow(all);
  if (all.length === 0) return { words: 'nothing to show', icon: 'error', good: false };
  if (worst !== null && !(worst <= ROW_SUM_TOLERANCE)) return { words: `rows miss 1 by ${short(worst)}`, icon: 'warning', good: false };
  const left = opened.refused.length;
  if (left > 0) return { words: `exact, ${left} not shown`, icon: 'warning', good: false };
  if (opened.model.quantization) return { words: `exact for ${opened.model.quantization}`, icon: 'check', good: true };
  return { words: worst === null ? 'exact' : 'exact, rows sum to 1', icon: 'check', good: true };
}

/** Largest |1 − Σ row| of all sites; null where no site knows. A value that is no number is the worst of all. */
export function worstRow(sites: readonly Site[]): number | null {
  const known = sites.map((s) => s.run.rowSumError).filter((e) => e !== null);
  return known.length === 0 ? null : known.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)), 0);
}
