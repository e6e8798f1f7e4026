import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exifOrientation, upright } from '../../../model/image/index.ts';
import { bytes, opaque, unpack } from './fixtures.ts';

interface Turned {
  readonly orientation: number;
  readonly files: Readonly<Record<'JPEG' | 'PNG' | 'WEBP', string>>;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly source: string;
  readonly result: string;
}
const { orientations, plainJpeg } = unpack<{ orientations: Turned[]; plainJpeg: string }>('pillow');

describe('EXIF orientation', () => {
  it('has all eight', () => assert.equal(orientations.length, 8));
  for (const { orientation, files, from, to, source, result } of orientations) {
    it(`${orientation} is read from JPEG, PNG and WebP`, () => {
      for (const file of Object.values(files)) assert.equal(exifOrientation(bytes(file)), orientation);
    });
    it(`${orientation} is undone as Pillow does it`, () => {
      const picture = upright(opaque(bytes(source), from[0], from[1]), orientation);
      const want = opaque(bytes(result), to[0], to[1]);
      assert.deepEqual([picture.height, picture.width], to);
      assert.deepEqual(picture.data, want.data);
    });
  }
  it('is upright where nothing is said', () => assert.equal(exifOrientation(bytes(plainJpeg)), 1));
  it('is upright for any broken file', () => {
    const file = bytes(orientations[5]!.files.JPEG);
    for (let length = 0; length < 60; length++) assert.ok(exifOrientation(file.subarray(0, length)) >= 1);
    for (let i = 0; i < 120; i++) {
      const broken = file.slice();
      broken[i % broken.length] = 255;
      const orientation = exifOrientation(broken);
      assert.ok(orientation >= 1 && orientation <= 8);
    }
  });
});
