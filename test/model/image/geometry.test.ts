import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  geometryOf,
  imageSettings,
  imageTokens,
  patchAt,
  resizedSize,
  stageGrid,
  swinWindows,
  toInput,
  toPicture,
  visibleRect,
} from '../../../model/image/index.ts';
import { seeded } from '../text/random.ts';
import { goldens } from './fixtures.ts';

const cropped = imageSettings({ size: { shortest_edge: 36 }, crop_size: { height: 32, width: 32 }, do_center_crop: true });
const squashed = imageSettings({ size: { height: 24, width: 40 } });

describe('sizes', () => {
  it('keep the proportions by the shortest edge, cut off to whole pixels', () => {
    assert.deepEqual(resizedSize({ width: 37, height: 29 }, { shortestEdge: 36, longestEdge: null }), { width: 45, height: 36 });
    assert.deepEqual(resizedSize({ width: 29, height: 37 }, { shortestEdge: 36, longestEdge: null }), { width: 36, height: 45 });
  });
  it('heed the longest edge', () => {
    assert.deepEqual(resizedSize({ width: 100, height: 10 }, { shortestEdge: 20, longestEdge: 50 }), { width: 50, height: 5 });
  });
  it('that are absurd are refused', () => {
    assert.throws(() => geometryOf({ width: 1_000_000, height: 1 }, cropped), { code: 'limit' });
  });
});

describe('places', () => {
  it('go to the picture and back exactly', () => {
    const random = seeded(1);
    for (let n = 0; n < 300; n++) {
      const picture = { width: 1 + Math.floor(random() * 500), height: 1 + Math.floor(random() * 500) };
      if (Math.max(picture.width / picture.height, picture.height / picture.width) > 100) continue;
      const geometry = geometryOf(picture, n % 2 === 0 ? cropped : squashed);
      const [x, y] = [random() * 32, random() * 32];
      const [backX, backY] = toInput(geometry, ...toPicture(geometry, x, y));
      assert.ok(Math.abs(backX - x) < 1e-9 && Math.abs(backY - y) < 1e-9);
    }
  });
  it('undo cut and scale: the middle stays the middle, the cut edges are where they were cut', () => {
    const geometry = geometryOf({ width: 90, height: 72 }, cropped);
    assert.deepEqual(geometry, {
      picture: { width: 90, height: 72 },
      resized: { width: 45, height: 36 },
      left: 6,
      top: 2,
      input: { width: 32, height: 32 },
    });
    assert.deepEqual(visibleRect(geometry), { left: 12, top: 4, right: 76, bottom: 68 });
  });
  it('are another scale across than down where the picture was squashed', () => {
    const geometry = geometryOf({ width: 80, height: 24 }, squashed);
    assert.deepEqual(toPicture(geometry, 8, 8), [16, 8]);
  });
});

describe('positions of a sequence', () => {
  for (const { name, config, settings, picture, positions } of goldens()) {
    if (name === 'swin') continue;
    it(`${name}: as many as the model has`, () => {
      const { tokens } = imageTokens(config, geometryOf(picture, imageSettings(settings)), positions);
      assert.equal(tokens.length, positions);
    });
  }
  const kinds = (config: object, length?: number) =>
    imageTokens({ patch_size: 8, ...config }, geometryOf({ width: 64, height: 64 }, squashed), length)
      .tokens.slice(0, 5)
      .map((t) => t.kind);
  it('names class, distillation and register tokens', () => {
    assert.deepEqual(kinds({ model_type: 'vit' }), ['class', 'patch', 'patch', 'patch', 'patch']);
    assert.deepEqual(kinds({ model_type: 'deit' }), ['class', 'distillation', 'patch', 'patch', 'patch']);
    assert.deepEqual(kinds({ model_type: 'dinov3_vit', num_register_tokens: 3 }), ['class', 'register', 'register', 'register', 'patch']);
    assert.deepEqual(kinds({ model_type: 'siglip' }), ['patch', 'patch', 'patch', 'patch', 'patch']);
    assert.deepEqual(kinds({ vision_config: { model_type: 'clip_vision_model', patch_size: 8 } }), [
      'class',
      'patch',
      'patch',
      'patch',
      'patch',
    ]);
  });
  it('infers them for an unknown type', () => {
    assert.deepEqual(kinds({ model_type: 'new' }, 15), ['patch', 'patch', 'patch', 'patch', 'patch']);
    assert.deepEqual(kinds({ model_type: 'new' }, 18), ['class', 'register', 'register', 'patch', 'patch']);
  });
  it('says so when they do not fit', () => {
    assert.throws(() => kinds({ model_type: 'vit' }, 17), { code: 'shape', message: /17 positions, expected 1 \+ 3 × 5 patches = 16/ });
    assert.throws(() => imageTokens({}, geometryOf({ width: 8, height: 8 }, squashed)), { code: 'format', message: /patch_size/ });
  });
  it('patches lie row by row, and tile the picture', () => {
    const geometry = geometryOf({ width: 100, height: 48 }, squashed);
    const all = imageTokens({ model_type: 'vit', patch_size: 8 }, geometry);
    assert.deepEqual([all.grid.rows, all.grid.columns, all.firstPatch], [3, 5, 1]);
    const rects = all.tokens.flatMap((t) => (t.kind === 'patch' ? [t.rect] : []));
    assert.deepEqual(rects[0], { left: 0, top: 0, right: 20, bottom: 16 });
    assert.deepEqual(rects[6], { left: 20, top: 16, right: 40, bottom: 32 });
    assert.equal(
      rects.reduce((area, r) => area + (r.right - r.left) * (r.bottom - r.top), 0),
      100 * 48,
    );
  });
  it('a point is in the patch whose rectangle holds it', () => {
    const geometry = geometryOf({ width: 90, height: 72 }, cropped);
    const all = imageTokens({ model_type: 'deit', patch_size: 8 }, geometry);
    for (const [i, token] of all.tokens.entries()) {
      if (token.kind !== 'patch') continue;
      const { left, top, right, bottom } = token.rect;
      assert.equal(patchAt(all, geometry, (left + right) / 2, (top + bottom) / 2), i);
      assert.equal(patchAt(all, geometry, left + 0.01, bottom - 0.01), i);
    }
    assert.equal(patchAt(all, geometry, 1, 1), null);
  });
});

describe('Swin’s windows', () => {
  const grid = { rows: 6, columns: 6, patch: { width: 4, height: 4 } };
  it('tile the grid row by row', () => {
    const { windows, shift } = swinWindows(grid, 3, 0);
    assert.equal(shift, 0);
    assert.deepEqual(windows[1], [3, 4, 5, 9, 10, 11, 15, 16, 17]);
  });
  it('are rolled in odd blocks', () => {
    const { windows, shift } = swinWindows(grid, 3, 1);
    assert.equal(shift, 1);
    assert.deepEqual(windows[0], [7, 8, 9, 13, 14, 15, 19, 20, 21]);
    assert.deepEqual(windows[3], [28, 29, 24, 34, 35, 30, 4, 5, 0]);
    assert.deepEqual(
      windows.flat().sort((a, b) => a - b),
      Array.from({ length: 36 }, (_, i) => i),
    );
  });
  it('are one, unrolled, where the grid is no larger', () => {
    assert.deepEqual(swinWindows({ ...grid, rows: 3, columns: 3 }, 3, 1), { edge: 3, shift: 0, windows: [[0, 1, 2, 3, 4, 5, 6, 7, 8]] });
  });
  it('are padded at the right and below', () => {
    const { windows } = swinWindows({ ...grid, rows: 4, columns: 5 }, 3, 0);
    assert.deepEqual(windows.at(-1), [18, 19, -1, -1, -1, -1, -1, -1, -1]);
  });
  it('join 2 × 2 patches from stage to stage, odd ones padded', () => {
    assert.deepEqual(stageGrid({ rows: 7, columns: 6, patch: { width: 4, height: 4 } }, 2), {
      rows: 2,
      columns: 2,
      patch: { width: 16, height: 16 },
    });
  });
});
