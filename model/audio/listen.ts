/** A sound's file as the features of a model that listens, and what was done to it on the way. */
import { HeadlightError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { logMel, logMelSettings } from './log-mel.ts';
import { resample } from './resample.ts';
import { readWav } from './wav.ts';

export interface Heard {
  /** float32 [1, M, columns] */
  readonly features: Tensor;
  /** Length of the sound. */
  readonly seconds: number;
  /** Length that the model reads: longer sounds are cut, shorter ones filled with silence. */
  readonly windowSeconds: number;
  /** What was done to it, in words. */
  readonly notice: string;
}

/**
 * @param preprocessor content of `preprocessor_config.json`
 * @throws HeadlightError what is wrong with file or settings
 */
export function listen(bytes: Uint8Array, name: string, preprocessor: unknown): Heard {
  if (typeof preprocessor !== 'object' || preprocessor === null) {
    const words = 'The model has no preprocessor_config.json, which says how it hears. Put that file into the model’s folder.';
    throw new HeadlightError('unsupported', words);
  }
  const settings = logMelSettings(preprocessor as Readonly<Record<string, unknown>>);
  const { rate, channels, format, samples } = readWav(bytes, name);
  const windowSeconds = settings.totalLength / settings.samplingRate;
  // What is beyond the window is not heard: it need not be resampled.
  const within = samples.subarray(0, Math.ceil((windowSeconds + 1) * rate));
  const features = logMel(resample(within, rate, settings.samplingRate), settings);
  const seconds = samples.length / rate;
  const done = [
    `${name}: ${seconds.toFixed(2)} s, ${format}, ${rate.toLocaleString('en-US')} Hz`,
    channels > 1 ? `the mean of ${channels} channels` : null,
    rate === settings.samplingRate ? null : `resampled to ${settings.samplingRate.toLocaleString('en-US')} Hz by a windowed sinc`,
    seconds > windowSeconds ? `the first ${windowSeconds} s are heard` : null,
  ];
  return { features, seconds, windowSeconds, notice: `${done.filter(Boolean).join(', ')}.` };
}
