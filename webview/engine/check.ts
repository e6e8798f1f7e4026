/** Recomputed weights must lead to what the fused operator itself gave; what is said of those that do not. */
import type { Refusal, SiteRun } from '../../model/protocol/engine.ts';
import type { OpenSite } from './opening.ts';

/** weights · V may miss what a fused operator itself gave by this part of its largest output: rounding in half precision. */
export const CHECK_TOLERANCE = 2e-3;

export interface Checked {
  readonly sites: readonly SiteRun[];
  readonly refused: readonly Refusal[];
}

/** A check that is no number failed. */
const holds = ({ checkError }: SiteRun): boolean => checkError === null || checkError <= CHECK_TOLERANCE;

function refusal({ checkError }: SiteRun, { facts }: OpenSite): Refusal {
  const size = Number.isFinite(checkError) ? `by ${(100 * checkError!).toPrecision(2)} % of the largest` : 'by no finite number';
  return {
    where: facts.where,
    reason: `what the fused operator ${facts.node} gave is not what its formula gives: they differ ${size}`,
    advice: 'Take an export whose attention is not fused.',
  };
}

/** The sites of a run whose weights can be shown, and why the others cannot. */
export function checked(runs: readonly SiteRun[], sites: readonly OpenSite[]): Checked {
  const refused = runs.filter((run) => !holds(run)).map((run) => refusal(run, sites.find(({ facts }) => facts.key === run.key)!));
  return { sites: runs.filter(holds), refused };
}
