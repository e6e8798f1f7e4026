import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FILTERS, imageSettings, preprocess } from '../../../model/image/index.ts';
import { resize8, resizeFloat } from '../../../model/image/resize.ts';
import { bytes, goldens, opaque, unpack } from './fixtures.ts';

interface Resize {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly filter: number;
  readonly source: string;
  readonly result: string;
}
const { resizes, grey } = unpack<{ resizes: Resize[]; grey: Omit<Resize, 'to' | 'filter'> }>('pillow');

/** Largest and mean difference, in grey levels. */
function levels(got: Float32Array, want: Float32Array, std: readonly number[]): { largest: number; mean: number } {
  assert.equal(got.length, want.length);
  const area = want.length / std.length;
  let [largest, sum] = [0, 0];
  want.forEach((w, i) => {
    const off = Math.abs(got[i]! - w) * 255 * std[Math.floor(i / area)]!;
    assert.ok(Number.isFinite(off), `value ${i} is ${got[i]}`);
    largest = Math.max(largest, off);
    sum += off;
  });
  return { largest, mean: sum / want.length };
}

describe('pixel values equal those of transformers’ processors', () => {
  const all = goldens();
  it('has the nine picture families', () => assert.equal(all.length, 9));
  for (const { name, settings, picture, pil, torchvision, shape } of all) {
    const read = imageSettings(settings);
    const std = read.normalize!.std;
    // A grey level is 1; 0.001 leaves room for single precision alone.
    if (pil !== null) {
      it(`${name}, PIL: to the grey level`, () => {
        const { values, shape: got } = preprocess(picture, { ...read, arithmetic: 'pil' });
        assert.deepEqual(got, shape);
        assert.ok(levels(values, pil, std).largest < 0.001, JSON.stringify(levels(values, pil, std)));
      });
    }
    if (torchvision !== null) {
      it(`${name}, torchvision: to the grey level`, () => {
        const { values } = preprocess(picture, { ...read, arithmetic: 'torchvision' });
        assert.ok(levels(values, torchvision, std).largest < 0.001, JSON.stringify(levels(values, torchvision, std)));
      });
    }
  }
  it('takes each processor’s own arithmetic from its name', () => {
    const named = (name: string) => imageSettings(all.find((g) => g.name === name)!.settings);
    assert.deepEqual([named('vit').arithmetic, named('vit').rescaleFirst], ['pil', false]);
    assert.deepEqual([named('dinov3_vit').arithmetic, named('dinov3_vit').rescaleFirst], ['torchvision', true]);
  });
});

describe('resizing equals Pillow’s, byte by byte', () => {
  for (const [number, filter] of FILTERS.entries()) {
    const rows = resizes.filter((r) => r.filter === number);
    it(`${filter}, ${rows.length} sizes`, () => {
      assert.ok(rows.length >= 15);
      for (const { from, to, source, result } of rows) {
        const got = resize8(
          { height: from[0], width: from[1], channels: 3, data: bytes(source) },
          { height: to[0], width: to[1] },
          filter,
          'pil',
        );
        assert.deepEqual(got.data, bytes(result), `${from} to ${to}`);
      }
    });
  }
  it('in floating point it stays within a grey level where nothing is clipped', () => {
    const data = Uint8Array.from({ length: 20 * 30 }, (_, i) => 60 + ((i * 37) % 130));
    const float = resizeFloat({ width: 30, height: 20, channels: 1, data: Float32Array.from(data) }, { width: 13, height: 11 }, 'bicubic');
    const whole = resize8({ width: 30, height: 20, channels: 1, data }, { width: 13, height: 11 }, 'bicubic', 'torchvision');
    for (const [i, v] of float.data.entries()) assert.ok(Math.abs(v - whole.data[i]!) < 1.5, `${v} and ${whole.data[i]}`);
  });
});

describe('a picture on its way', () => {
  const plain = { do_resize: false, do_rescale: false, do_normalize: false };
  const at = (
    settings: object,
    picture = opaque(
      Uint8Array.from({ length: 12 }, (_, i) => i),
      2,
      2,
    ),
    options = {},
  ) => preprocess(picture, imageSettings({ ...plain, ...settings }), options);

  it('becomes channels first', () => assert.deepEqual([...at({}).values], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]));
  it('becomes BGR when asked', () => assert.deepEqual([...at({ do_flip_channel_order: true }).values.subarray(0, 4)], [2, 5, 8, 11]));
  it('becomes grey as in Pillow', () => {
    const { from, source, result } = grey;
    const got = at({}, opaque(bytes(source), from[0], from[1]), { channels: 1 });
    assert.deepEqual(got.shape, [1, 1, from[0], from[1]]);
    assert.deepEqual(Uint8Array.from(got.values), bytes(result));
  });
  it('shows what transparency hides, or white', () => {
    const picture = { width: 1, height: 1, data: Uint8Array.of(10, 20, 30, 51) };
    assert.deepEqual([...at({}, picture).values], [10, 20, 30]);
    assert.deepEqual([...at({}, picture, { alpha: 'white' }).values], [206, 208, 210]);
  });
  it('is cut in the middle, the odd pixel staying behind', () => {
    const picture = opaque(
      Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => Math.floor(i / 3)),
      4,
      5,
    );
    const { values, geometry } = at({ do_center_crop: true, crop_size: { height: 1, width: 2 } }, picture);
    assert.deepEqual([geometry.left, geometry.top], [1, 1]);
    assert.deepEqual([...values.subarray(0, 2)], [6, 7]);
  });
  it('is padded with 0 where the cut is larger', () => {
    const { values, geometry } = at({ do_center_crop: true, crop_size: { height: 2, width: 4 } });
    assert.deepEqual([geometry.left, geometry.top], [-1, 0]);
    assert.deepEqual([...values.subarray(0, 8)], [0, 0, 3, 0, 0, 6, 9, 0]);
  });
  it('is normalised a channel at a time', () => {
    const { values } = at({ do_normalize: true, image_mean: [1, 2, 3], image_std: [2, 4, 8] });
    assert.deepEqual([...values], [-0.5, 1, 2.5, 4, -0.25, 0.5, 1.25, 2, -0.125, 0.25, 0.625, 1]);
  });
  it('must be as large as it says', () => {
    assert.throws(() => at({}, { width: 2, height: 2, data: new Uint8Array(12) }), {
      code: 'shape',
      message: /12 values, expected 4·width·height = 4·2·2 = 16/,
    });
    assert.throws(() => at({}, { width: 0, height: 2, data: new Uint8Array(0) }), { code: 'shape' });
  });
  it('must have as many channels as the settings', () => {
    assert.throws(() => at({ do_normalize: true, image_mean: [1, 2], image_std: [1, 2] }), {
      code: 'shape',
      message: /image_mean has 2 values/,
    });
  });
});
