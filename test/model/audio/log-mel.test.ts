/** Log-mel pictures against those of Hugging Face's WhisperFeatureExtractor (see the script beside the data). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fourier } from '../../../model/audio/fourier.ts';
import { logMel, logMelSettings, melBands } from '../../../model/audio/log-mel.ts';
import { assertClose, assertTensor } from '../compare.ts';
import { fixture, Goldens } from '../goldens.ts';

const golden = Goldens.read(fixture('audio', 'sounds.safetensors'));

/** Goldens transform in float32; a quiet band near the floor of the logarithm shows it most. */
const TOLERANCE = { rtol: 0, atol: 1e-4 };

const CASES = {
  short: { feature_size: 10, sampling_rate: 4800, hop_length: 160, chunk_length: 1, n_fft: 400 },
  cut: { feature_size: 80, sampling_rate: 16_000, hop_length: 160, chunk_length: 1, n_fft: 400, n_samples: 16_000 },
  odd: { feature_size: 7, sampling_rate: 8000, hop_length: 90, chunk_length: 1, n_fft: 210 },
};

describe('log-mel pictures of Whisper', () => {
  for (const [name, values] of Object.entries(CASES)) {
    const settings = logMelSettings(values);
    test(`${name}: the picture`, () => {
      const samples = golden.get(`${name}/samples`).data as Float32Array;
      assertTensor(logMel(samples, settings), golden.get(`${name}/features`), TOLERANCE);
    });
    test(`${name}: the bands`, () => {
      const filters = golden.get(`${name}/filters`);
      const bands = melBands(settings).flatMap((band) => [...band]);
      assertClose(bands, filters.data as Float32Array, { rtol: 1e-5, atol: 1e-8 });
    });
  }

  test('settings that a file leaves out are those of the released models', () => {
    assert.deepEqual(logMelSettings({}), { samplingRate: 16_000, bands: 80, pieceLength: 400, hop: 160, totalLength: 480_000 });
  });

  test('another extractor and a broken sample are refused', () => {
    assert.throws(() => logMelSettings({ feature_extractor_type: 'Wav2Vec2FeatureExtractor' }), /Wav2Vec2FeatureExtractor is not known/);
    const settings = logMelSettings(CASES.short);
    assert.throws(() => logMel(Float32Array.of(0, Number.NaN), settings), /Sample 1 of the sound is NaN/);
  });
});

test("Fourier: any length, as the definition's sum", () => {
  for (const length of [1, 2, 7, 12, 25, 210]) {
    const x = Float64Array.from({ length }, (_, t) => Math.sin(1.7 * t) + 0.3 * Math.cos(0.9 * t * t));
    const expected = Array.from({ length: Math.floor(length / 2) + 1 }, (_, k) => {
      const sum = (f: (angle: number) => number): number =>
        x.reduce((total, value, t) => total + value * f((2 * Math.PI * k * t) / length), 0);
      return sum(Math.cos) ** 2 + sum(Math.sin) ** 2;
    });
    assertClose([...new Fourier(length).power(x)], expected, { rtol: 1e-9, atol: 1e-9 }, `length ${length}`);
  }
});
