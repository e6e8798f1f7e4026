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

/**
 * @param samples one channel
 * @returns ⌈length · to / from⌉ samples; the same array where the rates are equal
 * Cost: about 48 multiplications a sample, more where the rate falls.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const step = from / to;
  const scale = CUTOFF * Math.min(1, to / from);
  const reach = ZEROS / scale;
  const out = new Float32Array(Math.ceil((samples.length * to) / from));
  for (let n = 0; n < out.length; n++) {
    const t = n * step;
    let sum = 0;
    let total = 0;
    for (let k = Math.ceil(t - reach); k <= t + reach; k++) {
      const weight = sinc(scale * (t - k)) * kaiser((t - k) / reach);
      total += weight;
      sum += weight * (samples[k] ?? 0);
    }
    out[n] = sum / total;
  }
  return out;
}

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
