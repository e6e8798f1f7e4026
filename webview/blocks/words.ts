/** Numbers inside formulas. */
import { exact, short } from '../draw/numbers.ts';

/** Characters of a number that is shown whole, as people type it. */
const WHOLE = 5;

/** A number of few digits as it is, others with three; a minus sign that is one. */
export function digits(value: number): string {
  const whole = exact(Math.abs(value));
  const words = whole.length <= WHOLE && !whole.includes('e') ? whole : short(Math.abs(value));
  return value < 0 ? `−${words}` : words;
}

/** In brackets where a sign would stand behind another. */
export const factor = (value: number): string => (value < 0 ? `(${digits(value)})` : digits(value));

/** `2·3 − 1·0` */
export const products = (a: readonly number[], b: readonly number[]): string =>
  a.map((x, i) => `${i === 0 ? digits(x) : signed(x)}·${factor(b[i]!)}`).join('');

/** ` + 0.5`, ` − 0.5` */
const signed = (value: number): string => (value < 0 ? ` − ${digits(-value)}` : ` + ${digits(value)}`);

/** As `signed`; nothing for 0 */
export const plus = (value: number): string => (value === 0 ? '' : signed(value));
