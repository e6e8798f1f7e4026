import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { beside, byPreference, type OnnxChoice, onnxChoices, readModelConfig } from '../../../model/onnx/folder.ts';
import { variantOf } from '../../../model/onnx/variants.ts';
import type { ModelFolder } from '../../../model/source.ts';
import { corpus } from './corpus.ts';

function folder(files: Readonly<Record<string, number>>): ModelFolder {
  const open = () => assert.fail('no file is opened to list them');
  return { files: Object.entries(files).map(([path, size]) => ({ path, size })), open };
}

const words = ({ parts, variant, size }: OnnxChoice) => [variant.name, size, ...parts.map(({ role, path }) => `${role} ${path}`)];

describe('a hub folder', () => {
  const hub = folder({
    'config.json': 10,
    'onnx/model.onnx': 400,
    'onnx/model_fp16.onnx': 200,
    'onnx/model_quantized.onnx': 100,
    'onnx/model_q4f16.onnx': 5,
    'onnx/model_q4f16.onnx_data': 60,
    'onnx/model_q4f16.onnx_data_1': 7,
    'onnx/model_qint8_avx512_vnni.onnx': 100,
  });

  test('lists every variant with the bytes of all its files', () => {
    assert.deepEqual(onnxChoices(hub).map(words), [
      ['fp32', 400, 'model onnx/model.onnx'],
      ['fp16', 200, 'model onnx/model_fp16.onnx'],
      ['q8', 100, 'model onnx/model_quantized.onnx'],
      ['q4f16', 72, 'model onnx/model_q4f16.onnx'],
      ['int8', 100, 'model onnx/model_qint8_avx512_vnni.onnx'],
    ]);
  });

  test('opens the file that was asked for', () => {
    assert.deepEqual(onnxChoices(hub, 'onnx/model_fp16.onnx').map(words), [['fp16', 200, 'model onnx/model_fp16.onnx']]);
  });

  const names = (files: Readonly<Record<string, number>>, device: 'wasm' | 'webgpu', half: boolean) =>
    byPreference(onnxChoices(folder(files)), { device, half }).map(({ variant }) => variant.name);
  const sizes = (full: number) => ({
    'onnx/model_q4.onnx': full / 6,
    'onnx/model_q4f16.onnx': full / 7,
    'onnx/model_quantized.onnx': full / 4,
    'onnx/model_fp16.onnx': full / 2,
    'onnx/model.onnx': full,
  });

  test('prefers exact weights while they are of comfortable size', () => {
    assert.equal(names(sizes(90e6), 'wasm', false)[0], 'fp32');
    assert.equal(names(sizes(500e6), 'webgpu', true)[0], 'fp32');
  });

  test('prefers smaller weights of a large model: on the CPU never half precision, on a GPU only where it computes in it', () => {
    assert.equal(names(sizes(2000e6), 'wasm', false)[0], 'q8');
    assert.equal(names(sizes(3000e6), 'webgpu', true)[0], 'fp16');
    assert.equal(names(sizes(3000e6), 'webgpu', false)[0], 'q8');
    assert.deepEqual(names(sizes(90e6), 'wasm', false).slice(-2), ['fp16', 'q4f16']);
  });
});

describe('encoder and decoder', () => {
  test('are one model, by variant; the merged decoder stands for the others', () => {
    const files = folder({
      'onnx/encoder_model.onnx': 10,
      'onnx/encoder_model_quantized.onnx': 3,
      'onnx/decoder_model.onnx': 20,
      'onnx/decoder_model_merged.onnx': 22,
      'onnx/decoder_model_merged_quantized.onnx': 6,
      'onnx/decoder_with_past_model.onnx': 18,
    });
    const pair = ['fp32', 32, 'encoder onnx/encoder_model.onnx', 'decoder onnx/decoder_model_merged.onnx'];
    assert.deepEqual(onnxChoices(files).map(words), [
      pair,
      ['q8', 9, 'encoder onnx/encoder_model_quantized.onnx', 'decoder onnx/decoder_model_merged_quantized.onnx'],
    ]);
    assert.deepEqual(onnxChoices(files, 'onnx/encoder_model.onnx').map(words), [pair]);
    assert.deepEqual(onnxChoices(files, 'onnx/decoder_model.onnx').map(words), [
      ['fp32', 30, 'encoder onnx/encoder_model.onnx', 'decoder onnx/decoder_model.onnx'],
    ]);
  });

  test('without a merged file, the decoder that starts without a cache', () => {
    const files = folder({ 'encoder_model.onnx': 1, 'decoder_model.onnx': 2, 'decoder_with_past_model.onnx': 4 });
    assert.deepEqual(onnxChoices(files).map(words), [['fp32', 3, 'encoder encoder_model.onnx', 'decoder decoder_model.onnx']]);
  });

  test('a decoder alone is a model of its own', () => {
    assert.deepEqual(onnxChoices(folder({ 'decoder_model_merged.onnx': 5 })).map(words), [['fp32', 5, 'model decoder_model_merged.onnx']]);
  });
});

describe('other folders', () => {
  test('a single file of any name', () => {
    assert.deepEqual(onnxChoices(folder({ 'my-net.onnx': 9, 'my-net.onnx.data': 90 })).map(words), [['fp32', 99, 'model my-net.onnx']]);
  });

  test('without any .onnx file is refused', () => {
    assert.throws(() => onnxChoices(folder({ 'readme.md': 1 })), { name: 'HeadlightError', code: 'not-found' });
  });

  test('whole models come before parts of one', () => {
    const files = folder({ 'onnx/embed_tokens.onnx': 1, 'onnx/model.onnx': 3, 'onnx/vision_encoder.onnx': 1 });
    assert.equal(byPreference(onnxChoices(files), { device: 'wasm', half: false })[0]!.parts[0]!.path, 'onnx/model.onnx');
  });

  test('suffixes are read from the end', () => {
    const variants = ['model', 'model_q4', 'model_q4f16', 'decoder_model_merged_bnb4', 'model_O4', 'quantized_model'].map(
      (name) => variantOf(`${name}.onnx`).name,
    );
    assert.deepEqual(variants, ['fp32', 'q4', 'q4f16', 'bnb4', 'O4', 'fp32']);
  });
});

describe('files beside a model', () => {
  test('are found in its folder, else above', () => {
    const files = folder({ 'config.json': 1, 'onnx/model.onnx': 1, 'onnx/config.json': 1, 'tokenizer.json': 1 });
    assert.equal(beside(files, 'onnx/model.onnx', 'config.json'), 'onnx/config.json');
    assert.equal(beside(files, 'onnx/model.onnx', 'tokenizer.json'), 'tokenizer.json');
    assert.equal(beside(files, 'onnx/model.onnx', 'vocab.txt'), null);
  });

  test('the configuration knows what only the generation configuration says', async () => {
    const config = await readModelConfig(corpus, 'marian.optimum.folder/encoder_model.onnx');
    assert.equal(config!['model_type'], 'marian');
    assert.equal(typeof config!['decoder_start_token_id'], 'number');
  });
});
