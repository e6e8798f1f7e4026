/** Sorting and marking heads by a metric. */
import { type MeasuresByHead, metricName } from '../../state/measures.ts';

export const orderBy = (metric: string): string => metricName(metric);

const NO_MARKS: ReadonlyMap<string, number> = new Map();
let last: { readonly measures: MeasuresByHead; readonly metric: string; readonly marks: ReadonlyMap<string, number> } | null = null;

/** Share of the largest value, 0 to 1, by head; the same map for the same measures. */
export function marksOf(measures: MeasuresByHead, metric: string): ReadonlyMap<string, number> {
  if (metric === 'none') return NO_MARKS;
  if (last?.measures === measures && last.metric === metric) return last.marks;
  const values = [...measures]
    .map(([key, values]) => [key, values[metric]] as const)
    .filter((v): v is readonly [string, number] => Number.isFinite(v[1]));
  const largest = Math.max(0, ...values.map(([, v]) => Math.abs(v)));
  const marks = new Map(values.map(([key, v]) => [key, largest > 0 ? Math.abs(v) / largest : 0]));
  last = { measures, metric, marks };
  return marks;
}
