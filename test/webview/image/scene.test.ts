import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { geometryOf, imageSettings, imageTokens } from '../../../model/image/index.ts';
import { classShares } from '../../../webview/image/classes.ts';
import { firstPosition, heaviest, namesOf, stepPatch, tokenName } from '../../../webview/image/scene.ts';
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
    const name = (position: number) => tokenName(registers.tokens[position]!);
    assert.equal(name(stepPatch(registers, 0, 1, 0)), 'row 1, column 1');
    assert.equal(name(stepPatch(registers, null, 0, 1)), 'row 1, column 1');
    assert.equal(name(stepPatch(registers, 5, 1, 0)), 'row 2, column 1');
    assert.equal(name(stepPatch(registers, 5, 0, 1)), 'row 1, column 2');
    assert.equal(name(stepPatch(registers, 5, -1, -1)), 'row 1, column 1');
    assert.equal(name(stepPatch(registers, 19, 1, 1)), 'row 3, column 5');
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
