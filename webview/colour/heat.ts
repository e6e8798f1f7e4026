/** Heat behind words: the colour of a weight, and a colour for the word on it that can be read. */
import { contrast, type Rgb } from './oklab.ts';
import { cssAt, STEPS, type Table } from './scales.ts';

/** Least contrast of text on its background (WCAG 2.2, AA). */
export const READABLE = 4.5;

const INKS: readonly (readonly [string, Rgb])[] = [
  ['#ffffff', [255, 255, 255]],
  ['#000000', [0, 0, 0]],
];

const rgbAt = (colours: Table, i: number): Rgb => [colours[i * 4]!, colours[i * 4 + 1]!, colours[i * 4 + 2]!];

/** Background and text colour for a place 0 to `STEPS` − 1 on a scale. One of black and white always has a contrast of at least 4.58. */
export function heatAt(colours: Table, index: number): { readonly background: string; readonly ink: string } {
  const i = Math.min(STEPS - 1, Math.max(0, index));
  const under = rgbAt(colours, i);
  const [ink] = INKS.reduce((best, other) => (contrast(other[1], under) > contrast(best[1], under) ? other : best));
  return { background: cssAt(colours, i), ink };
}
