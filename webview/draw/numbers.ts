/** Numbers and names as people read them. Layers and heads count from 1 here, and only here. */

/** Three significant digits; 0.0000123 as 1.23e-5; nothing is rounded to 0 or to 1 that is neither. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return value.toFixed(3);
}

/** A weight for a column of weights: three decimals, or an exponent where these would say 0. */
export function weightWords(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 5e-4 ? value.toExponential(1) : value.toFixed(3);
}

/** As many digits as it takes to read the same float32 back, for copying. */
export function exact(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const words = value.toPrecision(digits);
    if (Math.fround(Number(words)) === Math.fround(value)) return String(Number(words));
  }
  return String(Number(value.toPrecision(9)));
}

/** `71 %`, `<1 %` for something that is not nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}

/** `L3·H2` of layer 2, head 1. */
export const headName = (layer: number, head: number): string => `L${layer + 1}·H${head + 1}`;

/** `head 2 of layer 3`. */
export const headWords = (layer: number, head: number): string => `head ${head + 1} of layer ${layer + 1}`;

/** `1.09 M`, `346 M`, `512`. */
export function count(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e4, 'k'],
  ];
  for (const [unit, name] of units) if (value >= unit) return `${Number((value / (name === 'k' ? 1e3 : unit)).toPrecision(3))} ${name}`;
  return value.toLocaleString('en');
}
