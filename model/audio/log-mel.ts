/**
 * A sound as Whisper sees it: how loud every band of pitch is, column by column.
 *
 *     picture = (max(log₁₀(mel), its maximum − 8) + 4) / 4      mel = bands·|Fourier transform of each windowed piece|²
 *
 * Bands are triangles, evenly spaced on Slaney's mel scale from 0 to 8000 Hz, and each of area 1.
 *
 * Sources: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", 2.2, and the code published with it; Slaney 1998,
 * "Auditory Toolbox"; the last column of the transform is left out, as there.
 */
import { HeadlightError } from '../errors.ts';
import { Config } from '../safetensors/config.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { Fourier } from './fourier.ts';

export interface LogMelSettings {
  /** Samples a second that the model was trained with. */
  readonly samplingRate: number;
  /** M */
  readonly bands: number;
  /** Samples of one piece; even. */
  readonly pieceLength: number;
  /** Samples from one piece to the next. */
  readonly hop: number;
  /** Length that every sound is cut or filled to, in samples. */
  readonly totalLength: number;
}

/**
 * The settings of a `preprocessor_config.json`.
 * @throws HeadlightError `format` when one of them is no number, `unsupported` for another kind of extractor
 */
export function logMelSettings(values: Readonly<Record<string, unknown>>): LogMelSettings {
  const config = new Config(values, 'preprocessor_config.json');
  const kind = config.text('feature_extractor_type', 'WhisperFeatureExtractor');
  if (kind !== 'WhisperFeatureExtractor') {
    throw new HeadlightError(
      'unsupported',
      `${config.where}: feature_extractor_type ${kind} is not known here, WhisperFeatureExtractor is.`,
    );
  }
  const samplingRate = config.count('sampling_rate', 16_000);
  return {
    samplingRate,
    bands: config.count('feature_size', 80),
    pieceLength: config.count('n_fft', 400),
    hop: config.count('hop_length', 160),
    totalLength: config.count('n_samples', config.count('chunk_length', 30) * samplingRate),
  };
}

/**
 * @param samples one channel, −1 … 1, at `samplingRate`; cut or filled with silence to `totalLength`
 * @returns float32 [1, M, ⌊totalLength / hop⌋]
 * @throws HeadlightError `input` when a sample is no finite number
 */
export function logMel(samples: Float32Array, settings: LogMelSettings): Tensor {
  const { bands, hop, totalLength } = settings;
  const broken = samples.findIndex((sample) => !Number.isFinite(sample));
  if (broken >= 0) throw new HeadlightError('input', `Sample ${broken} of the sound is ${samples[broken]}, which is no finite number.`);
  const sound = new Float32Array(totalLength);
  sound.set(samples.subarray(0, totalLength));
  const columns = Math.floor(totalLength / hop);
  const logs = logBands(sound, columns, settings);
  const floor = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - 8;
  return tensor(
    'float32',
    [1, bands, columns],
    Float32Array.from(logs, (value) => (Math.max(value, floor) + 4) / 4),
  );
}

/** log₁₀ of every band of every column, at least −10: [M, columns] */
function logBands(sound: Float32Array, columns: number, settings: LogMelSettings): Float64Array {
  const { bands, pieceLength, hop } = settings;
  const fourier = new Fourier(pieceLength);
  const filters = melBands(settings).map(triangleOf);
  const window = Float64Array.from({ length: pieceLength }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / pieceLength));
  const logs = new Float64Array(bands * columns).fill(LEAST);
  for (let column = 0; column < columns; column++) {
    const piece = windowedPiece(sound, column * hop - pieceLength / 2, window);
    // Most of a short sound is the silence that fills the model's window.
    if (piece.every((sample) => sample === 0)) continue;
    const power = fourier.power(piece);
    filters.forEach(({ first, weights }, band) => {
      let energy = 0;
      for (let i = 0; i < weights.length; i++) energy += weights[i]! * power[first + i]!;
      logs[band * columns + column] = Math.max(Math.log10(energy), LEAST);
    });
  }
  return logs;
}

/** log₁₀ of the energy of silence, by definition. */
const LEAST = -10;

/** The part of a band's weights that is not 0. */
function triangleOf(filter: Float64Array): { readonly first: number; readonly weights: Float64Array } {
  const first = Math.max(
    0,
    filter.findIndex((weight) => weight > 0),
  );
  return { first, weights: filter.subarray(first, filter.findLastIndex((weight) => weight > 0) + 1) };
}

/** Samples from `start` on, times a raised cosine; beyond the ends the sound is mirrored. */
function windowedPiece(sound: Float32Array, start: number, window: Float64Array): Float64Array {
  const last = sound.length - 1;
  const piece = new Float64Array(window.length);
  for (let i = 0; i < piece.length; i++) {
    const at = Math.abs(start + i);
    piece[i] = window[i]! * (sound[at > last ? 2 * last - at : at] ?? 0);
  }
  return piece;
}

/** Highest frequency of the bands in Hz, whatever the sampling rate. */
const HIGHEST = 8000;

/** Weight of every frequency in every band: M lists of ⌊n/2⌋ + 1 numbers. */
export function melBands({ samplingRate, bands, pieceLength }: LogMelSettings): Float64Array[] {
  const count = Math.floor(pieceLength / 2) + 1;
  const frequencies = Array.from({ length: count }, (_, k) => (k * Math.floor(samplingRate / 2)) / (count - 1));
  const corners = Array.from({ length: bands + 2 }, (_, i) => hertzOf((melOf(HIGHEST) * i) / (bands + 1)));
  return Array.from({ length: bands }, (_, band) => {
    const [left, top, right] = corners.slice(band, band + 3) as [number, number, number];
    return Float64Array.from(frequencies, (frequency) => {
      const triangle = Math.min((frequency - left) / (top - left), (right - frequency) / (right - top));
      return (Math.max(triangle, 0) * 2) / (right - left);
    });
  });
}

/** Slaney's mel scale: straight up to 1000 Hz = 15 mel, beyond it 27 mel for every factor of 6.4. */
const CORNER = { hertz: 1000, mel: 15 };
const STEP = 27 / Math.log(6.4);

function melOf(hertz: number): number {
  return hertz < CORNER.hertz ? (CORNER.mel * hertz) / CORNER.hertz : CORNER.mel + Math.log(hertz / CORNER.hertz) * STEP;
}

function hertzOf(mel: number): number {
  return mel < CORNER.mel ? (CORNER.hertz * mel) / CORNER.mel : CORNER.hertz * Math.exp((mel - CORNER.mel) / STEP);
}
