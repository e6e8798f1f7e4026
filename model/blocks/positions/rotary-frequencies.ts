/**
 * The frequencies of rotary positions: how fast each pair of columns turns, and how long contexts slow them down.
 *
 *     θᵢ = base^(−2i/r), i = 0 … r/2 − 1
 *
 * Sources: Su et al. 2021, "RoFormer", 3.2.2; Chen et al. 2023, "Extending Context Window by Positional Interpolation" (linear);
 * bloc97, emozilla 2023 (dynamic NTK); Peng et al. 2023, "YaRN", 3.2 to 3.4; Ding et al. 2024, "LongRoPE"; Llama Team 2024, "The Llama 3
 * Herd of Models" (llama3).
 */
import type { Ops } from '../../ops/ops.ts';

/** How frequencies are changed for long contexts. */
export type RotaryScaling =
  | { readonly type: 'default' }
  /** All angles divided by `factor`. */
  | { readonly type: 'linear'; readonly factor: number }
  /** A larger base as soon as the text is longer than `positions`. */
  | { readonly type: 'dynamic'; readonly factor: number; readonly positions: number }
  | YarnScaling
  | Llama3Scaling
  /** Every frequency divided by its own number: `short` up to `positions`, `long` beyond. */
  | {
      readonly type: 'longrope';
      readonly short: readonly number[];
      readonly long: readonly number[];
      readonly positions: number;
      readonly attentionFactor: number;
    };

/** Fast frequencies stay, slow ones are divided by `factor`, those between are mixed. */
export interface YarnScaling {
  readonly type: 'yarn';
  readonly factor: number;
  /** Length that the model was first trained for. */
  readonly positions: number;
  /** Turns over that length above which a frequency stays. */
  readonly betaFast: number;
  /** Turns below which it is divided. */
  readonly betaSlow: number;
  /** Whether the two borders are rounded to whole columns. */
  readonly truncate: boolean;
  /** Factor on cos and sin. */
  readonly attentionFactor: number;
}

/** As YaRN with other borders: wavelengths above positions / low are divided by `factor`, those below positions / high stay. */
export interface Llama3Scaling {
  readonly type: 'llama3';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly positions: number;
}

export interface RotarySettings {
  /** r: columns of a head that are turned, the first ones. */
  readonly columns: number;
  /** What exponents are counted in: `columns`, unless the model's share of a head is an odd number, one less. */
  readonly spread?: number;
  readonly base: number;
  readonly scaling: RotaryScaling;
}

/** Factor on cos and sin. */
export function attentionFactorOf({ scaling }: RotarySettings): number {
  return scaling.type === 'yarn' || scaling.type === 'longrope' ? scaling.attentionFactor : 1;
}

/**
 * Angle by which each pair of columns turns from one position to the next.
 * @param positions of the tokens, int64 [B, T]: two kinds of scaling depend on the length of the text
 * @returns [r/2]
 */
export function rotaryFrequencies<T>(ops: Ops<T>, settings: RotarySettings, positions: T): T {
  const { scaling } = settings;
  if (scaling.type === 'dynamic') return dynamicFrequencies(ops, settings, scaling, textLength(ops, positions));
  if (scaling.type === 'longrope') {
    const divided = (by: readonly number[]): T => ops.floats(plainFrequencies(settings).map((frequency, i) => frequency / by[i]!));
    return ops.where(ops.greater(textLength(ops, positions), scaling.positions), divided(scaling.long), divided(scaling.short));
  }
  return ops.floats(scaledFrequencies(settings));
}

/** The frequencies of the scalings that do not depend on the text. */
export function scaledFrequencies(settings: RotarySettings): number[] {
  const { scaling } = settings;
  const plain = plainFrequencies(settings);
  if (scaling.type === 'linear') return plain.map((frequency) => frequency / scaling.factor);
  if (scaling.type === 'llama3') return plain.map((frequency) => llama3Frequency(frequency, scaling));
  if (scaling.type === 'yarn') return yarnFrequencies(plain, settings, scaling);
  return plain;
}

/** base^(−2i/r) before any scaling, each step rounded to float32 as the models' own code does. */
export function plainFrequencies({ columns, spread = columns, base }: RotarySettings): number[] {
  return Array.from({ length: columns / 2 }, (_, i) => Math.fround(1 / Math.fround(base ** Math.fround((2 * i) / spread))));
}

function llama3Frequency(
  frequency: number,
  { factor, lowFrequencyFactor: low, highFrequencyFactor: high, positions }: Llama3Scaling,
): number {
  const turns = (positions * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return ((1 - share) * frequency) / factor + share * frequency;
}

function yarnFrequencies(plain: readonly number[], { columns, base }: RotarySettings, scaling: YarnScaling): number[] {
  const { factor, positions, betaFast, betaSlow, truncate } = scaling;
  /** The column (as a real number) whose frequency makes that many turns over the trained length. */
  const columnOf = (turns: number): number => (columns * Math.log(positions / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const [first, last] = [columnOf(betaFast), columnOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, columns - 1);
  const width = low === high ? 0.001 : high - low;
  return plain.map((frequency, i) => {
    const divided = Math.min(Math.max((i - low) / width, 0), 1);
    return divided * (frequency / factor) + (1 - divided) * frequency;
  });
}

/** base′ = base·(factor·length/positions − (factor − 1))^(r/(r−2)), where length is at least `positions`. */
function dynamicFrequencies<T>(
  ops: Ops<T>,
  { columns, base }: RotarySettings,
  { factor, positions }: { readonly factor: number; readonly positions: number },
  length: T,
): T {
  const stretch = ops.sub(ops.mul(ops.div(ops.max(length, positions), positions), factor), factor - 1);
  const larger = ops.mul(ops.pow(stretch, columns / (columns - 2)), base);
  const exponents = Array.from({ length: columns / 2 }, (_, i) => (-2 * i) / columns);
  return ops.pow(larger, ops.floats(exponents));
}

/** The largest position plus one, as float32 []. */
function textLength<T>(ops: Ops<T>, positions: T): T {
  return ops.add(ops.cast(ops.reduceMax(positions, null, { keepdims: 0 }), 'float32'), 1);
}
