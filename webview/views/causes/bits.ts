/** Bits as people read them. */
import { short } from '../../draw/numbers.ts';

/** `+1.94`, `−0.08`, `0.00`: two decimals, which is as fine as anybody needs to rank; the exact number stands in the tooltip. */
export function signed(bits: number): string {
  const words = Math.abs(bits).toFixed(2);
  if (Number.isNaN(bits)) return '–';
  return words === '0.00' ? words : `${bits > 0 ? '+' : '−'}${words}`;
}

/** A score in bits: `−1.87`. */
export function scored(bits: number): string {
  return short(bits).replace(/^-/u, '−');
}

/** What the last colour stands for: the largest of all, and at least a hundredth of a bit, so that rounding errors stay pale. */
export function topOf(drops: Iterable<number>): number {
  let top = 0.01;
  for (const drop of drops) if (Math.abs(drop) > top) top = Math.abs(drop);
  return top;
}
