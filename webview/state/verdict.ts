/** How far the numbers of a run can be trusted, in one line. */
import { short } from '../draw/numbers.ts';
import type { Session, Site } from './types.ts';

/** Row sums may miss 1 by this much: float32 rounding of a softmax over a few thousand keys. */
export const ROW_SUM_TOLERANCE = 1e-4;

/** The same in half precision: each weight is rounded to three digits. */
export const HALF_ROW_SUM_TOLERANCE = 4e-3;

export interface Verdict {
  readonly words: string;
  readonly icon: string;
  readonly good: boolean;
}

/** One line about the whole run. */
export function verdictOf({ opened, sites }: Pick<Session, 'opened' | 'sites'>): Verdict {
  const all = [...sites.values()];
  const worst = worstRow(all);
  const half = /^b?float16$/.test(opened.model.dtype);
  if (all.length === 0) return { words: 'nothing to show', icon: 'error', good: false };
  if (worst !== null && !(worst <= (half ? HALF_ROW_SUM_TOLERANCE : ROW_SUM_TOLERANCE)))
    return { words: `rows miss 1 by ${short(worst)}`, icon: 'warning', good: false };
  const left = opened.refused.length;
  if (left > 0) return { words: `exact, ${left} not shown`, icon: 'warning', good: false };
  const sums = worst === null ? '' : all.some((site) => site.sink) ? ', rows end in a sink' : ', rows sum to 1';
  if (half) return { words: `exact to half precision${sums}`, icon: 'check', good: true };
  if (opened.model.quantization) return { words: `exact for ${opened.model.quantization}`, icon: 'check', good: true };
  return { words: `exact${sums}`, icon: 'check', good: true };
}

/** Largest |1 − Σ row| of all sites; null where no site knows. A value that is no number is the worst of all. */
export function worstRow(sites: readonly Site[]): number | null {
  const known = sites.map((s) => s.run.rowSumError).filter((e) => e !== null);
  return known.length === 0 ? null : known.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)), 0);
}
