import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { geometryOf, imageSettings, imageTokens, windowSettings } from '../../../model/image/index.ts';
import { classShares } from '../../../webview/image/classes.ts';
import { placeOfPatch, placesOf, stepped } from '../../../webview/image/places.ts';
import { firstPosition, heaviest, namesOf, tokenName } from '../../../webview/image/scene.ts';
import { fitPicture } from '../../../webview/views/image/draw.ts';

const settings = imageSettings({ size: { height: 24, width: 40 }, do_normalize: false, do_rescale: true });
const geometry = geometryOf({ width: 80, height: 48 }, settings);
/** 3 × 5 patches behind the class token and four registers. */
const registers = imageTokens({ model_type: 'dinov2_with_registers', patch_size: 8, num_register_tokens: 4 }, geometry);
const plain = imageTokens({ model_type: 'siglip_vision_model', patch_size: 8 }, geometry);

describe('positions of a picture', () => {
  it('are named by what they are, rows and columns from 1', () => {
    assert.deepEqual(registers.tokens.slice(0, 7).map(tokenName), [
      'CLS',
      'register 1',
      'register 2',
      'register 3',
      'register 4',
      'row 1, column 1',
      'row 1, column 2',
    ]);
    assert.equal(tokenName(registers.tokens.at(-1)!), 'row 3, column 5');
    assert.equal(tokenName({ kind: 'distillation' }), 'DIST');
  });

  it('have no names at a site of another length, as in windows', () => {
    assert.equal(namesOf({ tokens: registers }, 20)?.length, 20);
    assert.equal(namesOf({ tokens: registers }, 16), null);
  });

  it('begin with the class token, else with the patch in the middle', () => {
    assert.equal(firstPosition({ tokens: registers }), 0);
    assert.equal(tokenName(plain.tokens[firstPosition({ tokens: plain })]!), 'row 2, column 3');
  });

  it('are walked by arrow keys within the grid', () => {
    const places = placesOf({ tokens: registers, windows: null }, { layer: 0, run: { batch: 1, queries: 20 } }, 0)!;
    const name = (patch: number) => places.names[places.patches.indexOf(patch)];
    assert.equal(name(stepped(places, 0, 1, 0)), 'row 1, column 1');
    assert.equal(name(stepped(places, null, 0, 1)), 'row 1, column 1');
    assert.equal(name(stepped(places, 5, 1, 0)), 'row 2, column 1');
    assert.equal(name(stepped(places, 5, 0, 1)), 'row 1, column 2');
    assert.equal(name(stepped(places, 5, -1, -1)), 'row 1, column 1');
    assert.equal(name(stepped(places, 19, 1, 1)), 'row 3, column 5');
  });
});

describe('windows of a picture', () => {
  // 24 × 40 pixels in patches of 4: 6 × 10, in windows of 3 × 3; the second stage has 3 × 5 patches, padded to 3 × 6.
  const config = { model_type: 'swin', patch_size: 4, window_size: 3, depths: [2, 2] };
  const scene = { tokens: imageTokens(config, geometry), windows: windowSettings(config) };
  const site = (layer: number, batch: number) => ({ layer, run: { batch, queries: 9 } });

  it('hold every patch once, in every layer', () => {
    for (const [layer, batch, rows, columns] of [
      [0, 8, 6, 10],
      [1, 8, 6, 10],
      [2, 2, 3, 5],
      [3, 2, 3, 5],
    ] as const) {
      const found: number[] = [];
      for (let window = 0; window < batch; window++) {
        const places = placesOf(scene, site(layer, batch), window)!;
        assert.deepEqual([places.grid.rows, places.grid.columns], [rows, columns]);
        assert.deepEqual(places.window, { index: window, count: batch, edge: 3, shift: layer === 1 ? 1 : 0 });
        found.push(...[...places.patches].filter((patch) => patch >= 0));
        assert.equal(places.names.filter((name) => name === 'padding').length, [...places.patches].filter((p) => p < 0).length);
      }
      assert.deepEqual(
        found.sort((a, b) => a - b),
        Array.from({ length: rows * columns }, (_, i) => i),
        `layer ${layer + 1}`,
      );
    }
  });

  it('are found from any patch', () => {
    for (let patch = 0; patch < 60; patch++) {
      const { window, position } = placeOfPatch(scene, site(1, 8), patch)!;
      assert.equal(placesOf(scene, site(1, 8), window)!.patches[position], patch);
    }
    assert.equal(placeOfPatch(scene, site(3, 2), 15), null);
  });

  it('a site of other sizes than the configuration’s has no places', () => {
    assert.equal(placesOf(scene, site(0, 7), 0), null);
    assert.equal(placesOf(scene, { layer: 0, run: { batch: 8, queries: 16 } }, 0), null);
    assert.equal(placesOf({ ...scene, windows: null }, site(0, 8), 0), null);
  });
});

it('a mask by mass keeps the fewest patches that hold it', () => {
  const weights = Float32Array.of(0.125, 0.5, 0, 0.25, 0.125);
  assert.deepEqual([...heaviest(weights, 0.5)], [0, 1, 0, 0, 0]);
  assert.deepEqual([...heaviest(weights, 0.6)], [0, 1, 0, 1, 0]);
  assert.deepEqual([...heaviest(weights, 1)], [1, 1, 0, 1, 1]);
  assert.deepEqual([...heaviest(new Float32Array(3), 0.6)], [0, 0, 0]);
});

it('classes are sorted by probability and named by the configuration', () => {
  const shares = classShares([0, Math.log(3), 1000 - 1000], { id2label: { 0: 'cat', 1: 'dog' } });
  assert.deepEqual(
    shares.map(({ label }) => label),
    ['dog', 'cat', 'class 2'],
  );
  assert.ok(Math.abs(shares[0]!.probability - 0.6) < 1e-12);
  assert.deepEqual(
    classShares([1000, 1000], null).map(({ probability }) => probability),
    [0.5, 0.5],
  );
});

it('a picture lies in the middle of its box, whole', () => {
  assert.deepEqual(fitPicture({ width: 100, height: 50 }, 208, 308), { scale: 2, left: 4, top: 104 });
  assert.deepEqual(fitPicture({ width: 50, height: 100 }, 308, 208), { scale: 2, left: 104, top: 4 });
});
