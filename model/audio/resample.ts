/**
 * A sound at another sampling rate: what lies above half of the lower rate is taken away, the rest is read between the samples.
 *
 *     y[n] = Σ_k x[k] · c · sinc(c·(t − k)) · w((t − k) / r),   t = n · from / to,   c = cutoff · min(1, to / from)
 *
 * `w` is a Kaiser window over ± `ZEROS` zero crossings of the sinc; the weights of each sum are divided by their total, so that a constant
 * stays what it is.
 *
 * Source: Smith, "Digital Audio Resampling" (ccrma.stanford.edu/~jos/resample), windowed sinc interpolation; Kaiser 1974.
 */
const ZEROS = 24;
/** Part of the band that is kept whole. */
const CUTOFF = 0.945;
/** About 90 dB below. */
const BETA = 9;

/** The weights around one place between two samples. */
interface Taps {
  /** Of the first weight, counted from the sample before the place. */
  readonly first: number;
  /** Together 1. */
  readonly weights: Float64Array;
}

/**
 * @param samples one channel
 * @returns ⌈length · to / from⌉ samples; the same array where the rates are equal
 * Cost: about 48 multiplications a sample, more where the rate falls. Places repeat after to / gcd(from, to) samples, and so do the weights.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const scale = CUTOFF * Math.min(1, to / from);
  const phases = to / gcd(from, to);
  const known: Taps[] = [];
  const out = new Float32Array(Math.ceil((samples.length * to) / from));
  for (let n = 0; n < out.length; n++) {
    const whole = Math.floor((n * from) / to);
    known[n % phases] ??= tapsAt((n * from) / to - whole, scale);
    const { first, weights } = known[n % phases]!;
    let sum = 0;
    for (let i = 0, k = whole + first; i < weights.length; i++, k++) sum += weights[i]! * (samples[k] ?? 0);
    out[n] = sum;
  }
  return out;
}

/** @param place 0 to 1 sample behind the sample before it */
function tapsAt(place: number, scale: number): Taps {
  const reach = ZEROS / scale;
  const first = Math.ceil(place - reach);
  const raw = Float64Array.from({ length: Math.floor(place + reach) - first + 1 }, (_, i) => {
    const away = place - (first + i);
    return sinc(scale * away) * kaiser(away / reach);
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { first, weights: raw.map((weight) => weight / total) };
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const AT_ZERO = bessel(BETA);

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / AT_ZERO;
}

/** I₀, by its power series. */
function bessel(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
