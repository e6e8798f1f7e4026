import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageSettings } from '../../../model/image/index.ts';

const normal = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

describe('preprocessor_config.json', () => {
  it('of older releases gives sizes as numbers', () => {
    const vit = imageSettings({
      feature_extractor_type: 'ViTFeatureExtractor',
      size: 224,
      resample: 2,
      do_resize: true,
      do_normalize: true,
      ...normal,
    });
    assert.deepEqual(vit.resize, { size: { height: 224, width: 224 }, filter: 'bilinear' });
    assert.equal(vit.rescale, 1 / 255);
    const clip = imageSettings({
      feature_extractor_type: 'CLIPFeatureExtractor',
      size: 224,
      crop_size: 224,
      do_center_crop: true,
      resample: 3,
      ...normal,
    });
    assert.deepEqual(clip.resize?.size, { shortestEdge: 224, longestEdge: null });
    assert.deepEqual(clip.crop, { height: 224, width: 224 });
    assert.deepEqual(
      imageSettings({ feature_extractor_type: 'DeiTFeatureExtractor', size: 256, crop_size: 224, do_center_crop: true, ...normal }).resize,
      {
        size: { height: 256, width: 256 },
        filter: 'bicubic',
      },
    );
  });
  it('leaves out what it switches off', () => {
    const off = imageSettings({ do_resize: false, do_rescale: false, do_normalize: false, do_center_crop: false, ...normal });
    assert.deepEqual([off.resize, off.rescale, off.normalize, off.crop], [null, null, null, null]);
  });
  it('names a limit for the longest edge', () => {
    assert.deepEqual(imageSettings({ size: { shortest_edge: 10, longest_edge: 20 } }).resize?.size, { shortestEdge: 10, longestEdge: 20 });
  });

  const refused = (config: unknown, code: string, message: RegExp) => () => assert.throws(() => imageSettings(config), { code, message });
  it('is refused when it is none', refused([], 'format', /not an object/));
  it('is refused without a size', refused({}, 'format', /size is missing/));
  it('is refused for a size that is none', refused({ size: { height: 0, width: 3 } }, 'format', /size\.height/));
  it('is refused for an absurd size', refused({ size: 1e6 }, 'limit', /1000000 pixels/));
  it('is refused for sizes by the longest edge alone', refused({ size: { longest_edge: 1024 } }, 'unsupported', /longest_edge/));
  it('is refused for padding', refused({ size: 224, do_pad: true }, 'unsupported', /"do_pad"/));
  it(
    'is refused for cropping by a share that its processor does not do',
    refused({ size: { shortest_edge: 224 }, crop_pct: 0.875 }, 'unsupported', /"crop_pct"/),
  );
  it('is refused for a share that is none', refused({ image_processor_type: 'ConvNextImageProcessor', crop_pct: 2 }, 'format', /crop_pct/));
  it('of ConvNeXt is cropped by a share, or becomes a square', () => {
    const convNext = (side: number) => imageSettings({ image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: side } });
    assert.deepEqual(convNext(224).resize?.size, { shortestEdge: 256, longestEdge: null });
    assert.deepEqual(convNext(224).crop, { height: 224, width: 224 });
    assert.deepEqual([convNext(384).resize?.size, convNext(384).crop], [{ height: 384, width: 384 }, null]);
  });
  it('means what its processor does where it says nothing', () => {
    const clip = imageSettings({ image_processor_type: 'CLIPImageProcessor', image_mean: null });
    assert.deepEqual(clip.resize, { size: { shortestEdge: 224, longestEdge: null }, filter: 'bicubic' });
    assert.deepEqual([clip.crop, clip.normalize?.mean[0]], [{ height: 224, width: 224 }, 0.48145466]);
    const deit = imageSettings({ feature_extractor_type: 'DeiTFeatureExtractor', size: 32, crop_size: 28 });
    assert.deepEqual([deit.crop, deit.normalize?.std], [{ height: 28, width: 28 }, [0.5, 0.5, 0.5]]);
    assert.equal(imageSettings({ image_processor_type: 'ViTImageProcessor' }).crop, null);
  });
  it('of LeViT is resized to more than it says', () => {
    const levit = imageSettings({
      image_processor_type: 'LevitImageProcessor',
      size: { shortest_edge: 224 },
      crop_size: 224,
      do_center_crop: true,
    });
    assert.deepEqual(levit.resize?.size, { shortestEdge: 256, longestEdge: null });
  });
  it('is refused for an unknown filter', refused({ size: 224, resample: 9 }, 'format', /resample is 9/));
  it(
    'is refused for a mean that is none',
    refused({ size: 224, do_normalize: true, image_mean: 'x', image_std: [1] }, 'format', /image_mean/),
  );
  it('is refused for a deviation of 0', refused({ size: 224, image_mean: [0], image_std: [0] }, 'format', /do not fit/));
  it('is refused for a flag that is none', refused({ size: 224, do_resize: 'yes' }, 'format', /do_resize/));
});
