/** How one number of a step came about: the terms that were added, computed again in double precision from the run's own numbers. */
import type { Arithmetic } from '../protocol/walk.ts';

/** Terms that are listed; the others are one line with their sum. */
const LISTED = 8;

type Numbers = ArrayLike<number>;

/**
 * Σ a·b, plus a bias
 * @param names what the two factors are called
 */
export function dotProduct(
  value: number,
  [a, b]: readonly [Numbers, Numbers],
  names: readonly [string, string],
  bias: number | null,
): Arithmetic {
  const products = Array.from(a, (x, i) => x * b[i]!);
  const sum = total(products);
  const rows = products.slice(0, LISTED).map((product, i) => [i + 1, a[i]!, b[i]!, product]);
  return {
    value,
    result: sum + (bias ?? 0),
    formula: `Σ ${names[0]}·${names[1]}${bias === null ? '' : ' + b'}`,
    columns: ['term', names[0], names[1], `${names[0]} · ${names[1]}`],
    ...{ rows, terms: products.length },
    notes: [...restOf(products), ...(bias === null ? [] : [{ name: 'b', value: bias }])],
  };
}

/** The terms that are not listed. */
function restOf(terms: readonly number[]): Arithmetic['notes'] {
  const rest = terms.slice(LISTED);
  return rest.length === 0 ? [] : [{ name: `the other ${rest.length} terms`, value: total(rest) }];
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/**
 * e^(s − max) / Σ e^(s − max): the chosen score first, then the others in order.
 * @param scores a row before softmax; −∞ and numbers that stand for it have no share
 */
export function softmaxShare(value: number, scores: Numbers, chosen: number): Arithmetic {
  const all = Array.from(scores);
  const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = all.map((score) => Math.exp(score - most));
  const sum = total(powers);
  const heaviest = all.map((_, i) => i).sort((i, j) => powers[j]! - powers[i]!);
  const listed = [chosen, ...heaviest.filter((i) => i !== chosen)].slice(0, LISTED).filter((i) => i === chosen || powers[i]! > 0);
  const others = sum - total(listed.map((i) => powers[i]!));
  return {
    value,
    result: powers[chosen]! / sum,
    formula: 'e^(s − max s) / Σ e^(s − max s)',
    columns: ['key', 's', 'e^(s − max s)', 'share'],
    rows: listed.map((i) => [i + 1, all[i]!, powers[i]!, powers[i]! / sum]),
    terms: all.length,
    notes: [
      { name: 'max s', value: most },
      ...(all.length > listed.length ? [{ name: `the other ${all.length - listed.length}`, value: others }] : []),
      { name: 'Σ e^(s − max s)', value: sum },
    ],
  };
}

export interface NormNumbers {
  readonly epsilon: number;
  readonly gain: number;
  /** β, or null where there is none. */
  readonly bias: number | null;
  /** RMSNorm: the mean is not taken away. */
  readonly rms: boolean;
}

/** (x − mean) / √(variance + ε) · γ + β, or x / √(mean x² + ε) · γ */
export function normalised(value: number, x: Numbers, column: number, { epsilon, gain, bias, rms }: NormNumbers): Arithmetic {
  const all = Array.from(x);
  const mean = rms ? 0 : total(all) / all.length;
  const spread = total(all.map((number) => (number - mean) ** 2)) / all.length;
  const result = ((all[column]! - mean) / Math.sqrt(spread + epsilon)) * gain + (bias ?? 0);
  const notes = [
    ...(rms ? [] : [{ name: 'mean', value: mean }]),
    { name: rms ? 'mean x²' : 'variance', value: spread },
    { name: 'ε', value: epsilon },
    { name: 'γ', value: gain },
    ...(bias === null ? [] : [{ name: 'β', value: bias }]),
  ];
  const formula = rms ? 'x / √(mean x² + ε) · γ' : '(x − mean) / √(variance + ε) · γ + β';
  return { value, result, formula, columns: ['x'], rows: [[all[column]!]], terms: all.length, notes };
}

/** A number that is made of a few others. @param columns their names */
export function ofFew(value: number, result: number, formula: string, columns: readonly string[], numbers: readonly number[]): Arithmetic {
  return { value, result, formula, columns, rows: [numbers], terms: numbers.length, notes: [] };
}
