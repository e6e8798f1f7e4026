import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findCandidates } from '../../../extension/models/candidates.ts';

const found = (paths: string[]) =>
  findCandidates(paths, 'root').map(({ folder, entry, name, problem }) => ({ at: `${folder}|${entry}`, name, problem }));

describe('models among the files of a workspace', () => {
  test('a folder with configuration and weights is one model, with the graphs of its onnx folder', () => {
    const [model, ...others] = findCandidates(
      [
        'a/bert/config.json',
        'a/bert/model.safetensors',
        'a/bert/tokenizer.json',
        'a/bert/onnx/model.onnx',
        'a/bert/onnx/model_quantized.onnx',
      ],
      'root',
    );
    assert.equal(others.length, 0);
    assert.deepEqual([model?.folder, model?.entry, model?.name, model?.problem], ['a/bert', '', 'bert', null]);
    assert.deepEqual(model?.files, ['config.json', 'model.safetensors', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx']);
  });

  test('any other .onnx file is a model of its own, with its external data', () => {
    assert.deepEqual(found(['x/one.onnx', 'x/two.onnx', 'x/two.onnx_data', 'top.onnx']), [
      { at: '|top.onnx', name: 'top', problem: null },
      { at: 'x|one.onnx', name: 'one', problem: null },
      { at: 'x|two.onnx', name: 'two', problem: null },
    ]);
    const two = findCandidates(['x/one.onnx', 'x/two.onnx', 'x/two.onnx_data'], 'root')[1];
    assert.deepEqual(two?.files, ['two.onnx', 'two.onnx_data']);
  });

  test('a configuration without weights is no model, except where the names tell what is missing', () => {
    assert.deepEqual(found(['web/config.json']), []);
    assert.match(found(['m/config.json', 'm/model.safetensors.index.json'])[0]?.problem ?? '', /index of its weights/);
    assert.match(found(['m/config.json', 'm/pytorch_model.bin'])[0]?.problem ?? '', /pickle/);
  });

  test('the root itself may be a model and is called by the root’s name', () => {
    assert.deepEqual(found(['config.json', 'model.safetensors']), [{ at: '|', name: 'root', problem: null }]);
  });

  test('other people’s packages are not searched', () => {
    assert.deepEqual(
      found(['node_modules/x/model.onnx', 'a/.venv/lib/model.onnx', 'a/node_modules/m/config.json', 'a/node_modules/m/model.safetensors']),
      [],
    );
  });

  test('sixty thousand paths are no matter of minutes', () => {
    const paths = [...Array.from({ length: 64_000 }, (_, n) => `data/${n % 1000}/part/${n}/config.json`), 'data/7/model.onnx'];
    const began = performance.now();
    assert.equal(findCandidates(paths, 'root').length, 1);
    const took = performance.now() - began;
    // A tenth of a second on a quiet machine; comparing every path with every other would take minutes.
    assert.ok(took < 5000, `took ${took.toFixed(0)} ms`);
  });
});
