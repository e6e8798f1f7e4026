/** WAVE files of every kind, made here byte by byte, and sounds at other rates. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listen } from '../../../model/audio/listen.ts';
import { logMel, logMelSettings } from '../../../model/audio/log-mel.ts';
import { resample } from '../../../model/audio/resample.ts';
import { readWav } from '../../../model/audio/wav.ts';
import { assertClose } from '../compare.ts';
import { tone, type WavKind, wavOf } from './make-wav.ts';

const KINDS: readonly { kind: WavKind; bits: number; step: number }[] = [
  { kind: 'pcm', bits: 8, step: 1 / 128 },
  { kind: 'pcm', bits: 16, step: 1 / 2 ** 15 },
  { kind: 'pcm', bits: 24, step: 1 / 2 ** 23 },
  { kind: 'pcm', bits: 32, step: 1 / 2 ** 31 + 1e-7 },
  { kind: 'float', bits: 32, step: 1e-7 },
  { kind: 'float', bits: 64, step: 1e-7 },
];

describe('WAVE files', () => {
  for (const { kind, bits, step } of KINDS) {
    for (const extensible of [false, true]) {
      test(`${kind}, ${bits} bit${extensible ? ', extensible' : ''}`, () => {
        const samples = tone({ hertz: 440, rate: 8000, seconds: 0.05, loudness: 0.7 });
        const read = readWav(wavOf({ channels: [samples], rate: 8000, kind, bits, extensible }));
        assert.deepEqual([read.rate, read.channels, read.format], [8000, 1, `${kind === 'pcm' ? 'PCM' : 'float'}, ${bits} bit`]);
        assertClose(read.samples, samples, { rtol: 0, atol: step }, 'samples');
      });
    }
  }

  test('channels become their mean; other chunks and an odd length are passed over', () => {
    const [left, right] = [Float32Array.of(0.5, -0.5, 0.25), Float32Array.of(0, 0.5, 0.25)];
    const read = readWav(wavOf({ channels: [left, right], rate: 44_100, kind: 'float', bits: 32, before: [['LIST', 5]] }));
    assert.deepEqual([...read.samples], [0.25, 0, 0.25]);
  });

  test('a recording that was broken off gives what is there', () => {
    const whole = wavOf({ channels: [new Float32Array(100).fill(0.5)], rate: 8000, kind: 'pcm', bits: 16 });
    assert.equal(readWav(whole.subarray(0, whole.length - 50)).samples.length, 75);
  });

  test('what is no sound is refused in words', () => {
    const good = wavOf({ channels: [Float32Array.of(0, 0)], rate: 8000, kind: 'pcm', bits: 16 });
    const changed = (at: number, value: number) => Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
    assert.throws(() => readWav(new TextEncoder().encode('not a sound at all')), { code: 'format', message: /no WAVE file/ });
    assert.throws(() => readWav(changed(20, 85)), { code: 'unsupported', message: /kind 85/ });
    assert.throws(() => readWav(changed(22, 0)), { code: 'format', message: /no channel/ });
    assert.throws(() => readWav(good.subarray(0, 36)), { code: 'format', message: /no samples/ });
    assert.throws(() => readWav(good.subarray(0, 44)), { code: 'empty' });
    for (let length = 0; length < good.length; length++) {
      try {
        readWav(good.subarray(0, length));
      } catch (error) {
        assert.equal((error as Error).name, 'HeadlightError', `${length} bytes`);
      }
    }
  });
});

describe('other sampling rates', () => {
  for (const [from, to] of [
    [8000, 16_000],
    [44_100, 16_000],
    [48_000, 16_000],
    [11_025, 16_000],
  ] as const) {
    test(`${from} → ${to} Hz: a tone stays that tone`, () => {
      const heard = resample(tone({ hertz: 1000, rate: from, seconds: 0.2 }), from, to);
      const wanted = tone({ hertz: 1000, rate: to, seconds: 0.2 });
      assert.ok(Math.abs(heard.length - wanted.length) <= 1);
      const inner = (x: Float32Array) => x.subarray(200, 2800);
      assertClose(inner(heard), inner(wanted), { rtol: 0, atol: 2e-4 }, 'inside');
    });
  }

  test('what the lower rate cannot hold is taken away instead of folded', () => {
    const heard = resample(tone({ hertz: 11_000, rate: 48_000, seconds: 0.2 }), 48_000, 16_000);
    assert.ok(Math.max(...heard.subarray(200, 2800).map(Math.abs)) < 1e-3);
  });

  test('a constant stays what it is, and equal rates change nothing', () => {
    const flat = new Float32Array(4000).fill(0.25);
    const heard = resample(flat, 44_100, 16_000);
    assertClose(heard.subarray(100, -100), new Float32Array(heard.length - 200).fill(0.25), { rtol: 0, atol: 1e-6 }, 'constant');
    assert.equal(resample(flat, 16_000, 16_000), flat);
  });
});

test('a file becomes the features of its samples, and says what was done to it', () => {
  const preprocessor = { feature_size: 10, sampling_rate: 4800, hop_length: 160, chunk_length: 1, n_fft: 400 };
  const samples = tone({ hertz: 600, rate: 4800, seconds: 0.5 });
  const file = wavOf({ channels: [samples], rate: 4800, kind: 'float', bits: 32 });
  const { features, seconds, windowSeconds, notice } = listen(file, 'tone.wav', preprocessor);
  assert.deepEqual(features, logMel(samples, logMelSettings(preprocessor)));
  assert.deepEqual([seconds, windowSeconds], [0.5, 1]);
  assert.equal(notice, 'tone.wav: 0.50 s, float, 32 bit, 4,800 Hz.');
  const long = wavOf({ channels: [0, 1].map(() => tone({ hertz: 600, rate: 44_100, seconds: 2 })), rate: 44_100, kind: 'pcm', bits: 16 });
  assert.match(
    listen(long, 'long.wav', preprocessor).notice,
    /the mean of 2 channels, resampled to 4,800 Hz by a windowed sinc, the first 1 s are heard\.$/,
  );
  assert.throws(() => listen(file, 'tone.wav', null), { code: 'unsupported', message: /preprocessor_config\.json/ });
});
