/** The filters of resizing, by the names and numbers that preprocessor_config.json uses (those of PIL). */

export const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
export type FilterName = (typeof FILTERS)[number];

interface Filter {
  /** Half its width, in pixels of the smaller of the two pictures. */
  readonly support: number;
  readonly at: (x: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic convolution with a = −0.5 (Catmull–Rom), as in PIL and in torch with antialias. */
const CUBIC = -0.5;

function bicubic(t: number): number {
  const x = Math.abs(t);
  if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * CUBIC;
  return 0;
}

function hamming(t: number): number {
  const x = Math.abs(t);
  if (x === 0) return 1;
  return x >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI));
}

/** All but `nearest`, which picks pixels and weighs none. Source: Pillow's Resample.c. */
const KERNELS: Readonly<Record<Exclude<FilterName, 'nearest'>, Filter>> = {
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: bicubic },
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  hamming: { support: 1, at: hamming },
};

/** For each place of the result: the first source place that counts, and the weights from there on. */
export interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * The taps for resizing `from` pixels to `to` along one axis. When shrinking the filter is widened by the scale (antialiasing); at the borders the
 * weights that are left are normalised to sum 1. w[j] = f((first + j − c + ½) / s) / Σ, c = (i + ½)·from/to, s = max(1, from/to).
 */
export function taps(from: number, to: number, name: Exclude<FilterName, 'nearest'>): Taps {
  const { support, at } = KERNELS[name];
  const scale = from / to;
  const spread = Math.max(1, scale);
  const reach = support * spread;
  const first = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    first[i] = begin;
    const raw = Float64Array.from({ length: end - begin }, (__, j) => at((begin + j - centre + 0.5) / spread));
    const sum = raw.reduce((a, b) => a + b, 0);
    return sum === 0 ? raw : raw.map((w) => w / sum);
  });
  return { first, weights };
}
