/**
 * Gauss's error function to double precision: erf x = 2/√π ∫₀ˣ e^−t² dt.
 *
 * Near 0 its Taylor series, further out the continued fraction of erfc, beyond 6 it is ±1 to the last bit.
 * Source: Abramowitz and Stegun 7.1.6 and 7.1.14.
 */

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
/** Up to here the series needs few enough terms. */
const SERIES_LIMIT = 2.5;
/** From here on erf is 1 in doubles. */
const ONE_FROM = 6;
const FRACTION_TERMS = 40;

/** erf x = 2/√π · e^−x² · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms positive, no cancellation. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc x = e^−x²/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) */
function complement(x: number): number {
  let tail = x;
  for (let n = FRACTION_TERMS; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size === 0) return x;
  const value = size >= ONE_FROM ? 1 : size < SERIES_LIMIT ? series(size) : 1 - complement(size);
  return x < 0 ? -value : value;
}
