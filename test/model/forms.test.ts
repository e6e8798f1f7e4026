import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Form, type FormFacts, formsOf } from '../../model/forms.ts';
import type { Abilities } from '../../model/onnx/folder.ts';
import type { ModelFolder } from '../../model/source.ts';

const CPU: Abilities = { device: 'wasm', half: false };
const GPU: Abilities = { device: 'webgpu', half: true };
const PLAIN: FormFacts = { dtype: null, checkpointFirst: false };

function folder(files: Readonly<Record<string, number>>): ModelFolder {
  const open = () => assert.fail('no file is opened to list its forms');
  return { files: Object.entries(files).map(([path, size]) => ({ path, size })), open };
}

const brief = ({ entry, words, size, preferred }: Form) => [entry, words, size, ...(preferred ? ['preferred'] : [])];

const HUB = {
  'config.json': 10,
  'onnx/model.onnx': 400e6,
  'onnx/model_fp16.onnx': 200e6,
  'onnx/model_quantized.onnx': 100e6,
  'onnx/model_q4.onnx': 1e6,
  'onnx/model_q4.onnx_data': 60e6,
};

describe('the forms of a model folder', () => {
  test('variants with precision and size, the device’s own first', () => {
    const forms = formsOf(folder(HUB), CPU, PLAIN);
    assert.deepEqual(forms.map(brief), [
      ['onnx/model.onnx', 'single precision', 400e6, 'preferred'],
      ['onnx/model_quantized.onnx', '8-bit', 100e6],
      ['onnx/model_q4.onnx', '4-bit weights', 61e6],
      ['onnx/model_fp16.onnx', 'half precision', 200e6],
    ]);
    assert.equal(forms[0]!.note, 'weights that nobody rounded, and the CPU runs it well');
    assert.equal(forms[1]!.note, null);
    assert.equal(forms[3]!.note, 'the CPU computes half precision slower than single');
  });

  test('another device or size, another preference, with its reason', () => {
    const large = { ...HUB, 'onnx/model.onnx': 1900e6, 'onnx/model_fp16.onnx': 950e6 };
    const [gpu] = formsOf(folder(large), GPU, PLAIN);
    assert.deepEqual([gpu!.entry, gpu!.note], ['onnx/model_fp16.onnx', 'the least rounding that WebGPU runs well']);
    const [cpu, ...others] = formsOf(folder(large), CPU, PLAIN);
    assert.equal(cpu!.entry, 'onnx/model_quantized.onnx');
    assert.equal(others.find(({ entry }) => entry === 'onnx/model.onnx')!.note, 'it is large for the CPU');
    const [only] = formsOf(folder({ 'model.onnx': 700e6 }), CPU, PLAIN);
    assert.equal(only!.note, 'the best of those that are there, though it is large for the CPU');
  });

  test('a checkpoint beside graphs is one of them, first where the model is built in', () => {
    const files = folder({ 'config.json': 1, 'model.safetensors': 40, 'onnx/model.onnx': 41 });
    const facts = { dtype: 'f32', checkpointFirst: false };
    assert.deepEqual(formsOf(files, CPU, facts).map(brief), [
      ['onnx/model.onnx', 'single precision', 41, 'preferred'],
      ['model.safetensors', 'checkpoint, f32', 40],
    ]);
    assert.deepEqual(formsOf(files, CPU, { ...facts, checkpointFirst: true }).map(brief), [
      ['model.safetensors', 'checkpoint, f32', 40, 'preferred'],
      ['onnx/model.onnx', 'single precision', 41],
    ]);
  });

  test('shards are one checkpoint; a folder with neither has no form', () => {
    const shards = { 'model-00001-of-00002.safetensors': 30, 'model-00002-of-00002.safetensors': 12 };
    const files = folder({ ...shards, 'model.safetensors.index.json': 1 });
    assert.deepEqual(formsOf(files, CPU, PLAIN).map(brief), [['model.safetensors.index.json', 'checkpoint', 42, 'preferred']]);
    assert.deepEqual(formsOf(folder({ 'config.json': 1 }), CPU, PLAIN), []);
  });

  test('encoder and decoder are one form a variant, each named by a file of its own', () => {
    const pairs = folder({
      'onnx/encoder_model.onnx': 10,
      'onnx/decoder_model_merged.onnx': 20,
      'onnx/encoder_model_q4.onnx': 3,
      'onnx/decoder_model_merged_q4.onnx': 4,
      'onnx/decoder_model_merged_quantized.onnx': 6,
    });
    const forms = formsOf(pairs, CPU, PLAIN);
    assert.deepEqual(
      forms.map(({ files, size }) => [...files, size]),
      [
        ['onnx/encoder_model.onnx', 'onnx/decoder_model_merged.onnx', 30],
        ['onnx/encoder_model.onnx', 'onnx/decoder_model_merged_quantized.onnx', 16],
        ['onnx/encoder_model_q4.onnx', 'onnx/decoder_model_merged_q4.onnx', 7],
      ],
    );
    assert.equal(new Set(forms.map(({ entry }) => entry)).size, 3);
    assert.equal(forms[1]!.entry, 'onnx/decoder_model_merged_quantized.onnx');
    assert.equal(forms[0]!.entry, 'onnx/decoder_model_merged.onnx');
  });
});
