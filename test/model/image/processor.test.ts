import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readProcessor } from '../../../model/processor.ts';

const folder = (files: Readonly<Record<string, unknown>>) => async (name: string) => files[name] ?? null;

describe('how pictures and sounds are prepared', () => {
  it('is said by preprocessor_config.json', async () => {
    const files = { 'preprocessor_config.json': { size: 1 }, 'processor_config.json': { image_processor: { size: 2 } } };
    assert.deepEqual(await readProcessor(folder(files), 'image_processor'), { size: 1 });
  });
  it('is said by a part of processor_config.json', async () => {
    const files = { 'processor_config.json': { image_processor: { size: 2 }, feature_extractor: { feature_size: 80 } } };
    assert.deepEqual(await readProcessor(folder(files), 'image_processor'), { size: 2 });
    assert.deepEqual(await readProcessor(folder(files), 'feature_extractor'), { feature_size: 80 });
  });
  it('is said nowhere', async () => {
    assert.equal(await readProcessor(folder({}), 'image_processor'), null);
    assert.equal(await readProcessor(folder({ 'processor_config.json': {} }), 'image_processor'), null);
  });
});
