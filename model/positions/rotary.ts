/**
 * Rotary positions, measured on the tables that turn queries and keys: angle of every position and pair, frequency of every pair, and what scaling
 * for long contexts did to them.
 *
 * Sources: Su et al. 2021, "RoFormer", 3.2.2; scalings as in `blocks/positions/rotary-frequencies.ts`.
 */
import { plainFrequencies, type RotarySettings, scaledFrequencies } from '../blocks/positions/rotary-frequencies.ts';
import { largestGap, type Matrix } from './matrix.ts';
import type { Rotation } from './types.ts';

export interface RotationOrigin {
  readonly where: string;
  readonly layout: Rotation['layout'];
  /** Rotary settings that the configuration may mean, to be believed where they give the measured frequencies. */
  readonly settings: readonly RotarySettings[];
  /** Whether positions are places on a grid of patches. */
  readonly picture: boolean;
}

/** Relative difference up to which two frequencies are the same: angles come from float32, or half, cosines. */
const SAME = 5e-3;

/**
 * @param one and other: cos and sin, in either order, [T, r] or [T, r/2]
 * @returns null for factors that are no rotation
 */
export function measureRotation(one: Matrix, other: Matrix, origin: RotationOrigin): Rotation | null {
  const order = cosFirst(one, other);
  if (order === null) return null;
  const [cos, sin] = order ? [one, other] : [other, one];
  const doubled = doubling(cos);
  const layout = doubled ?? origin.layout;
  const pairs = doubled === null ? cos.columns : cos.columns / 2;
  const column = (pair: number) => (doubled === 'interleaved' ? 2 * pair : pair);
  const angles = new Float32Array(cos.rows * pairs);
  for (let t = 0; t < cos.rows; t++) {
    for (let i = 0; i < pairs; i++) {
      const at = t * cos.columns + column(i);
      angles[t * pairs + i] = Math.atan2(sin.data[at]!, cos.data[at]!);
    }
  }
  const factor = radius(cos, sin);
  const measured = { rows: cos.rows, pairs, angles };
  return { ...named(measured, origin), ...measured, where: origin.where, layout, factor: Math.abs(factor - 1) < SAME ? 1 : factor };
}

/** True where the first is the cosine. cos² + sin² must be one number everywhere; no angle at the start is 1 and 0, and in general most slow pairs are near cos = 1. */
function cosFirst(one: Matrix, other: Matrix): boolean | null {
  const size = one.data.length;
  if (size !== other.data.length || size === 0) return null;
  const square = (i: number) => one.data[i]! ** 2 + other.data[i]! ** 2;
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  let lean = 0;
  for (let i = 0; i < size; i++) {
    [low, high] = [Math.min(low, square(i)), Math.max(high, square(i))];
    lean += one.data[i]! - other.data[i]!;
  }
  return low > 0 && high - low <= 0.02 * high ? lean >= 0 : null;
}

function radius(cos: Matrix, sin: Matrix): number {
  return Math.hypot(cos.data[0]!, sin.data[0]!);
}

/** Whether every pair stands twice in a row of the table: [x | x], or x₀ x₀ x₁ x₁ …; null for once. */
function doubling({ rows, columns, data }: Matrix): 'half' | 'interleaved' | null {
  if (columns % 2 !== 0) return null;
  let [half, neighbours] = [true, true];
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < columns / 2; i++) {
      half &&= data[t * columns + i] === data[t * columns + i + columns / 2];
      neighbours &&= data[t * columns + 2 * i] === data[t * columns + 2 * i + 1];
    }
  }
  return half ? 'half' : neighbours ? 'interleaved' : null;
}

type Measured = Pick<Rotation, 'rows' | 'pairs' | 'angles'>;
type Named = Pick<Rotation, 'words' | 'formula' | 'frequencies' | 'plain' | 'scaling' | 'base' | 'first'>;

function named(measured: Measured, { settings, picture }: RotationOrigin): Named {
  const columns = 2 * measured.pairs;
  const nothing = { frequencies: new Float64Array(0), plain: null, scaling: null, base: null, first: 0 };
  if (picture) {
    return { ...nothing, words: 'rotary, 2-D grid', formula: ['the first pairs turn with the row of a patch, the others with its column'] };
  }
  const frequencies = frequenciesOf(measured);
  if (frequencies === null)
    return { ...nothing, words: 'rotary', formula: ['q and k are turned, pair by pair, by the angles of the table'] };
  const first = firstPosition(measured, frequencies);
  const known = settings.find((one) => one.columns === columns && close(frequencies, scaledFrequencies(one)));
  const dynamic = settings.find((one) => one.columns === columns && one.scaling.type === 'dynamic');
  const base = known?.base ?? baseOf(frequencies);
  const plain = known
    ? Float64Array.from(plainFrequencies(known))
    : dynamic && !close(frequencies, plainFrequencies(dynamic))
      ? Float64Array.from(plainFrequencies(dynamic))
      : guessedPlain(frequencies, base);
  const isScaled = plain !== null && !close(frequencies, plain);
  const scaling = isScaled ? scalingWords(known ?? dynamic ?? null) : null;
  return {
    words: scaling ? `rotary, ${scaling}` : 'rotary',
    formula: formulaOf(columns, base, scaling),
    frequencies,
    plain: isScaled ? plain : null,
    scaling,
    base,
    first,
  };
}

function formulaOf(columns: number, base: number | null, scaling: string | null): string[] {
  const frequency = base === null ? 'θᵢ as measured' : `θᵢ = ${baseWords(base)}^(−2i/${columns})`;
  return [
    'each pair (a, b) of q and of k → (a·cos φ − b·sin φ, a·sin φ + b·cos φ)',
    'φ = pos·θᵢ',
    `${frequency}, i = 0 … ${columns / 2 - 1}${scaling ? `, then scaled: ${scaling}` : ''}`,
    'q·k then depends on the distance of the two positions only',
  ];
}

const baseWords = (base: number): string => String(Number(base.toPrecision(base >= 1000 ? 3 : 4)));

function close(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a, (x, i) => Math.abs(x - b[i]!) <= SAME * Math.abs(b[i]!) + 1e-7).every(Boolean);
}

/**
 * Angle between neighbours of each pair, to the precision that the whole table allows: the first difference tells how often a later row has
 * gone round. Null for rows that are not equally far apart.
 */
function frequenciesOf({ rows, pairs, angles }: Measured): Float64Array | null {
  if (rows < 2) return null;
  const frequencies = new Float64Array(pairs);
  for (let i = 0; i < pairs; i++) {
    let frequency = wrapped(angles[pairs + i]! - angles[i]!);
    for (let n = 2; n < rows; n *= 2) frequency = refined(frequency, n, angles[n * pairs + i]! - angles[i]!);
    if (rows > 2) frequency = refined(frequency, rows - 1, angles[(rows - 1) * pairs + i]! - angles[i]!);
    frequencies[i] = frequency;
  }
  const expected = Float32Array.from(angles, (_, at) => wrapped(angles[at % pairs]! + Math.floor(at / pairs) * frequencies[at % pairs]!));
  const gap = largestGap(
    Float32Array.from(angles, (angle, at) => wrapped(angle - expected[at]!)),
    new Float32Array(angles.length),
  );
  return gap < 0.05 ? frequencies : null;
}

const wrapped = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** `angle` is n·frequency but for whole turns. */
const refined = (frequency: number, n: number, angle: number): number => frequency + wrapped(angle - n * frequency) / n;

/** Position of the first row: its angle over the frequency of the slowest pair, which has not gone round. */
function firstPosition({ pairs, angles }: Measured, frequencies: Float64Array): number {
  const slow = frequencies.reduce((best, f, i) => (Math.abs(f) < Math.abs(frequencies[best]!) ? i : best), 0);
  return frequencies[slow] === 0 || pairs === 0 ? 0 : Math.max(0, Math.round(angles[slow]! / frequencies[slow]!));
}

/** base where θᵢ = base^(−2i/r) holds; null where it does not. */
function baseOf(frequencies: Float64Array): number | null {
  const pairs = frequencies.length;
  if (pairs < 2 || Math.abs(frequencies[0]! - 1) > SAME) return null;
  const base = frequencies[1]! ** -pairs;
  return Number.isFinite(base) && close(frequencies, powers(base, pairs)) ? base : null;
}

const powers = (base: number, pairs: number): number[] => Array.from({ length: pairs }, (_, i) => base ** (-i / pairs));

/** Without a configuration: fast pairs are the ones that scalings leave alone, so the first two tell the base. */
function guessedPlain(frequencies: Float64Array, base: number | null): Float64Array | null {
  if (base !== null || frequencies.length < 3 || Math.abs(frequencies[0]! - 1) > SAME) return null;
  const plain = powers((frequencies[1]! / frequencies[0]!) ** -frequencies.length, frequencies.length);
  return Float64Array.from(plain);
}

function scalingWords(settings: RotarySettings | null): string {
  const scaling = settings?.scaling;
  if (!scaling || scaling.type === 'default') return 'slow pairs slowed down for long contexts';
  const factor = 'factor' in scaling ? ` by ${Number(scaling.factor.toPrecision(3))}` : '';
  const names = {
    linear: 'linear scaling',
    dynamic: 'dynamic NTK scaling',
    yarn: 'YaRN scaling',
    llama3: 'Llama 3 scaling',
    longrope: 'LongRoPE scaling',
  };
  return `${names[scaling.type]}${factor}`;
}
