/**
 * Sinusoidal positions, recognised by their numbers: the layout of the columns, the exponent, and the position of the first row.
 *
 * Sources: Vaswani et al. 2017, "Attention Is All You Need", 3.5; tensor2tensor's `get_timing_signal_1d` for the exponent i/(D/2 − 1).
 */
import { type SinusoidSettings, sinusoidFrequencies } from '../blocks/positions/sinusoidal.ts';
import type { Matrix } from './matrix.ts';

export interface Sinusoid extends SinusoidSettings {
  /** Whether sines come first. */
  readonly sineFirst: boolean;
  /** Position of the first row. */
  readonly first: number;
}

const LAYOUTS = ['interleaved', 'half'] as const;
const EXPONENTS = ['2i/D', 'i/(D/2-1)'] as const;
/** Tables behind a padding index begin at 2 or 3. */
const FIRSTS = [0, 1, 2, 3];
/** What half precision, and angles of some thousand radians in float32, leave of a sine. */
const TOLERANCE = 2e-3;

/** The sinusoid that a table is, or null. */
export function recogniseSinusoid(table: Matrix): Sinusoid | null {
  if (table.columns % 2 !== 0 || table.columns < 4) return null;
  for (const layout of LAYOUTS) {
    for (const exponent of EXPONENTS) {
      for (const sineFirst of [true, false]) {
        const first = FIRSTS.find((start) => fits(table, { width: table.columns, layout, exponent, sineFirst, first: start }));
        if (first !== undefined) return { width: table.columns, layout, exponent, sineFirst, first };
      }
    }
  }
  return null;
}

function fits({ rows, columns, data }: Matrix, settings: Sinusoid): boolean {
  const frequencies = sinusoidFrequencies(settings);
  for (let p = 0; p < rows; p++) {
    for (let column = 0; column < columns; column++) {
      if (Math.abs(valueAt(settings, frequencies, p + settings.first, column) - data[p * columns + column]!) > TOLERANCE) return false;
    }
  }
  return true;
}

function valueAt({ width, layout, sineFirst }: Sinusoid, frequencies: readonly number[], position: number, column: number): number {
  const half = width / 2;
  const pair = layout === 'half' ? column % half : column >> 1;
  const isFirst = layout === 'half' ? column < half : column % 2 === 0;
  const angle = position * frequencies[pair]!;
  return isFirst === sineFirst ? Math.sin(angle) : Math.cos(angle);
}

/** `sinusoidal, half-split` */
export function sinusoidWords({ layout, sineFirst }: Sinusoid): string {
  return `sinusoidal, ${layout === 'half' ? 'half-split' : 'interleaved'}${sineFirst ? '' : ', cosines first'}`;
}

/** The formula with this model's width. */
export function sinusoidFormula({ width, layout, exponent, sineFirst, first }: Sinusoid): string[] {
  const power = exponent === '2i/D' ? `2i/${width}` : `i/${width / 2 - 1}`;
  const [one, two] = sineFirst ? ['sin', 'cos'] : ['cos', 'sin'];
  const columns = layout === 'half' ? ['i', `i + ${width / 2}`] : ['2i', '2i + 1'];
  const start = first === 0 ? '' : `; the first token stands at pos = ${first}`;
  return [
    `PE(pos, ${columns[0]}) = ${one}(pos / 10000^(${power}))`,
    `PE(pos, ${columns[1]}) = ${two}(pos / 10000^(${power}))`,
    `i = 0 … ${width / 2 - 1}${start}`,
  ];
}
