/** Which lines are drawn: the largest few of a row, or as many as it takes for a share of its mass. Pure. */
import type { ViewOptions } from '../../state/types.ts';

export type Keep = Pick<ViewOptions, 'linesKeep' | 'linesTop' | 'linesMass'>;

/** Columns of one row of `cells`, largest first, that the choice keeps. Weights of 0 are no lines. */
export function kept(data: Float32Array, row: number, columns: number, keep: Keep): number[] {
  const from = row * columns;
  const order: number[] = [];
  let total = 0;
  for (let c = 0; c < columns; c++) {
    const weight = Math.abs(data[from + c]!);
    if (weight > 0) order.push(c);
    total += weight;
  }
  order.sort((a, b) => Math.abs(data[from + b]!) - Math.abs(data[from + a]!) || a - b);
  if (keep.linesKeep === 'top') return order.slice(0, keep.linesTop);
  let mass = 0;
  const most = keep.linesMass * total;
  const end = order.findIndex((c) => {
    mass += Math.abs(data[from + c]!);
    return mass >= most - 1e-6;
  });
  return end < 0 ? order : order.slice(0, end + 1);
}

/** First of `seen` places of `count` so that `at` is in the middle, as far as there are places. */
export function windowFrom(at: number, count: number, seen: number): number {
  return Math.max(0, Math.min(count - seen, Math.round(at - seen / 2)));
}
