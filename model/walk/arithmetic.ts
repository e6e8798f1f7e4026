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

/** Σ x / n over all numbers that are averaged */
export function meanOf(value: number, numbers: Numbers): Arithmetic {
  const all = Array.from(numbers);
  const notes = [...restOf(all), { name: 'Σ x', value: total(all) }, { name: 'n', value: all.length }];
  const rows = all.slice(0, LISTED).map((x, i) => [i + 1, x]);
  return { value, result: total(all) / all.length, formula: 'Σ x / n', columns: ['term', 'x'], rows, terms: all.length, notes };
}

/** x / √Σx² */
export function dividedByLength(value: number, x: Numbers, column: number): Arithmetic {
  const length = Math.sqrt(total(Array.from(x, (number) => number ** 2)));
  const notes = [{ name: '√Σx²', value: length }];
  return { value, result: x[column]! / length, formula: 'x / √Σx²', columns: ['x'], rows: [[x[column]!]], terms: x.length, notes };
}

/** Σ factor · x + constant. @param rows column, x, factor */
export function weightedSum(value: number, rows: readonly (readonly [number, number, number])[], constant: number): Arithmetic {
  const result = rows.reduce((sum, [, x, factor]) => sum + x * factor, constant);
  return {
    ...{ value, result, formula: `Σ x · factor${constant === 0 ? '' : ' + constant'}`, columns: ['column', 'x', 'factor', 'x · factor'] },
    rows: rows.map(([column, x, factor]) => [column, x, factor, x * factor]),
    terms: rows.length,
    notes: constant === 0 ? [] : [{ name: 'constant', value: constant }],
  };
}

/** One of the two values that a position turns. */
export interface TurnedValue {
  /** From 0. */
  readonly column: number;
  readonly x: number;
  readonly factor: number;
}

/**
 * A rotary position turns (x, y) by θ: x·cos θ − y·sin θ for the first of the pair, y·cos θ + x·sin θ for the second. Its length changes where the
 * scheme scales (YaRN).
 * @param pair the value of the number's own column, and the other
 * @param angle θ in radians where the model says it, else null: the factors tell it but for whole turns
 */
export function turned(
  value: number,
  [own, other]: readonly [TurnedValue, TurnedValue],
  { angle, constant }: { readonly angle: number | null; readonly constant: number },
): Arithmetic {
  const isFirst = own.column < other.column;
  const scale = Math.hypot(own.factor, other.factor);
  const [cos, sin] = [own.factor / scale, (isFirst ? -other.factor : other.factor) / scale];
  const notes = [
    { name: angle === null ? 'θ in radians, but for whole turns' : 'θ in radians', value: angle ?? Math.atan2(sin, cos) },
    { name: 'cos θ', value: cos },
    { name: 'sin θ', value: sin },
    ...(Math.abs(scale - 1) > 1e-5 ? [{ name: 'length of the turned pair ÷ before', value: scale }] : []),
  ];
  const sum = weightedSum(
    value,
    [own, other].map(({ column, x, factor }) => [column + 1, x, factor] as const),
    constant,
  );
  const formula = isFirst ? 'x · cos θ − y · sin θ' : 'y · cos θ + x · sin θ';
  return { ...sum, formula, notes: [...notes, ...sum.notes] };
}

/** One number that a window covers: its channel, its place along each axis (none in the padding), and what it is multiplied with. */
export interface PatchTerm {
  readonly channel: number;
  readonly place: readonly number[];
  readonly x: number;
  readonly weight: number;
}

/** Σ pixel · kernel + b over all channels and places of a window */
export function patchSum(value: number, terms: readonly PatchTerm[], bias: number | null): Arithmetic {
  const { notes, result, formula } = dotProduct(value, [terms.map(({ x }) => x), terms.map(({ weight }) => weight)], ['x', 'W'], bias);
  const axes = terms.reduce((most, { place }) => Math.max(most, place.length), 0);
  const places = axes === 2 ? ['row', 'column'] : Array.from({ length: axes }, (_, i) => (axes === 1 ? 'place' : `axis ${i + 1}`));
  const rows = terms.slice(0, LISTED).map(({ channel, place, x, weight }) => {
    const where = places.map((_, axis) => (place[axis] ?? -1) + 1);
    return [channel + 1, ...where, x, weight, x * weight];
  });
  return { value, result, formula, columns: ['channel', ...places, 'x', 'W', 'x · W'], rows, terms: terms.length, notes };
}
