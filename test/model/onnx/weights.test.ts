import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inlineFunctions } from '../../../model/onnx/inline.ts';
import { assertRunnable, readSkeleton } from '../../../model/onnx/skeleton.ts';
import { isExternal, readTensor } from '../../../model/onnx/tensors.ts';
import { tensorsOf } from '../../../model/onnx/tensors-of.ts';
import { assertTensor } from '../compare.ts';
import { fixture, Goldens } from '../goldens.ts';
import { diskFolder } from '../safetensors/folder.ts';
import { runModel } from './runtime.ts';

const root = fixture('onnx-weights');
const folder = diskFolder(root);
const goldens = Goldens.read(fixture('onnx-weights', 'values.safetensors'));
const files = folder.files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));

describe('weights are found wherever a file keeps them', () => {
  test('every way has its file', () => assert.equal(files.length, 14));

  for (const path of files) {
    const name = path.replace('.onnx', '');
    const expected = goldens.under(`${name}/`);

    test(`${name}: every number is read`, async () => {
      const { model } = await readSkeleton(folder, path);
      const tensors = new Map([...tensorsOf(model)].map((found) => [found.name, found.tensor]));
      for (const [key, golden] of expected) {
        if (key === 'x' || key === 'y') continue;
        const found = tensors.get(key);
        assert.ok(found, `${key} is in the skeleton`);
        const values = await readTensor(folder, found);
        assert.deepEqual(values.shape, golden.shape);
        assert.deepEqual(Array.from(values.data, Number), Array.from(golden.data, Number));
      }
    });

    test(`${name}: runs as numpy computed it`, async () => {
      const skeleton = await readSkeleton(folder, path);
      assertRunnable(skeleton);
      inlineFunctions(skeleton.model);
      const outputs = await runModel(root, skeleton.model, { x: goldens.get(`${name}/x`) });
      assertTensor(outputs.get('y')!, goldens.get(`${name}/y`), { rtol: 1e-5, atol: 2e-4 });
    });
  }

  test('large tensors stay in the file, small ones do not', async () => {
    const { model, places } = await readSkeleton(folder, 'float-data.onnx');
    const [large, small] = ['W', 'b'].map((name) => model.graph!.initializer.find((tensor) => tensor.name === name)!);
    assert.ok(isExternal(large!) && !isExternal(small!));
    assert.equal(places.get('W')!.length, 40 * 30 * 4);
    assert.deepEqual([...places.keys()], ['W']);
  });

  test('external data keeps its file, its offset and a normalised path', async () => {
    const { places, files: needed } = await readSkeleton(folder, 'external.onnx');
    assert.deepEqual(places.get('W'), { path: 'weights.bin', offset: 7, length: 4800 });
    assert.deepEqual(places.get('b'), { path: 'parts/bias.bin', offset: 0, length: 120 });
    assert.deepEqual([...needed].sort(), ['parts/bias.bin', 'weights.bin']);
  });

  test('weights of branches move to the main graph, under names of their own', async () => {
    const { graph } = await readSkeleton(folder, 'subgraphs.onnx');
    const external = graph.initializer.filter(isExternal).map(({ name }) => name);
    assert.equal(external.length, 4);
    assert.equal(new Set(external).size, 4);
    for (const node of graph.node) {
      for (const { g } of node.attribute) assert.ok(!g || g.initializer.every((tensor) => !isExternal(tensor)));
    }
  });
});
