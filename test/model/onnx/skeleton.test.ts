import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { flattenIf } from '../../../model/onnx/flatten.ts';
import { inlineFunctions } from '../../../model/onnx/inline.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { assertRunnable, readSkeleton } from '../../../model/onnx/skeleton.ts';
import { copyModel, decodeModel, writeModel } from '../../../model/onnx/wire.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertTensor } from '../compare.ts';
import { type Case, CORPUS, caseOf, cases, corpus, inputsOf, runs } from './corpus.ts';
import { runFile, runModel } from './runtime.ts';

/** Inputs of a golden that the graph at hand has. */
function feedsFor(model: onnx.ModelProto, { goldens }: Case): Record<string, Tensor> {
  const wanted = new Set(model.graph!.input.map(({ name }) => name));
  return Object.fromEntries(Object.entries(inputsOf(goldens)).filter(([name]) => wanted.has(name)));
}

/** Where the file's own weights lie besides in the file. */
const EXTERNAL: Readonly<Record<string, string[]>> = { 'llama.dy18.sdpa.external/model.onnx': ['model.onnx_data'] };

describe('a skeleton with its weights in place computes what the file computes', () => {
  for (const one of cases().filter(({ path }) => runs(path) && !path.startsWith('operators/'))) {
    test(one.path, async () => {
      const skeleton = await readSkeleton(corpus, one.path);
      assertRunnable(skeleton);
      const feeds = feedsFor(skeleton.model, one);
      const expected = await runFile(CORPUS, one.path, feeds, EXTERNAL[one.path]);
      const outputs = await runModel(CORPUS, skeleton.model, feeds);
      assert.deepEqual([...outputs.keys()], [...expected.keys()]);
      // The runtime may fold a constant that it has inline and not one that it reads: rounding may differ in the last place.
      for (const [name, value] of outputs) assertTensor(value, expected.get(name)!, { rtol: 1e-5, atol: 1e-5 }, name);
    });
  }
});

describe('skeletons', () => {
  test('are small, and hold no weights', async () => {
    const skeleton = await readSkeleton(corpus, 'llama.genai.fp32/model.onnx');
    const size = corpus.files.find(({ path }) => path === skeleton.path)!.size;
    const weights = [...skeleton.places.values()].reduce((sum, place) => sum + place.length, 0);
    assert.ok(weights > size / 2);
    assert.ok(writeModel(skeleton.model).length <= size - weights + 1000);
  });

  test('say who wrote the file and for which operators', async () => {
    const skeleton = await readSkeleton(corpus, 'bert.dy23.sdpa/model.onnx');
    assert.match(skeleton.producer, /^pytorch/);
    assert.equal(skeleton.opsets.get(''), 23);
    assert.deepEqual(skeleton.problems, []);
  });

  test('of every file agree with the reader of all of it', async () => {
    for (const { path } of cases()) {
      const whole = decodeModel(new Uint8Array(readFileSync(join(CORPUS, path))), path);
      const { model } = await readSkeleton(corpus, path);
      assert.deepEqual(
        model.graph!.node.map(({ name, opType }) => [name, opType]),
        whole
          .graph!.node.filter((node) => model.graph!.node.some(({ output }) => output[0] === node.output[0]))
          .map(({ name, opType }) => [name, opType]),
      );
      assert.deepEqual(model.graph!.output, whole.graph!.output);
    }
  });
});

describe('messages', () => {
  test('are written as they were read, byte for byte', () => {
    for (const { path } of cases()) {
      const bytes = new Uint8Array(readFileSync(join(CORPUS, path)));
      assert.equal(Buffer.compare(writeModel(decodeModel(bytes, path)), bytes), 0, path);
    }
  });

  test('keep 64-bit integers exact', () => {
    const values = [
      0,
      1,
      -1,
      127,
      128,
      300,
      2 ** 31,
      -(2 ** 31),
      2 ** 53 - 1,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      -(2n ** 62n) - 1n,
    ];
    const attribute = onnx.AttributeProto.create({ name: 'ends', ints: values, i: 2n ** 63n - 1n });
    const node = onnx.NodeProto.create({ opType: 'Slice', attribute: [attribute] });
    const tensor = onnx.TensorProto.create({ name: 't', dataType: 7, dims: [values.length], int64Data: values });
    const model = onnx.ModelProto.create({ irVersion: 8, graph: onnx.GraphProto.create({ node: [node], initializer: [tensor] }) });
    const copy = copyModel(model).graph!;
    assert.deepEqual(copy.node[0]!.attribute[0]!.ints, values);
    assert.equal(copy.node[0]!.attribute[0]!.i, 2n ** 63n - 1n);
    assert.deepEqual(copy.initializer[0]!.int64Data, values);
  });

  test('take 2^63 as the largest integer, which no double is', () => {
    const attribute = onnx.AttributeProto.create({ name: 'ends', ints: [2 ** 63, -(2 ** 63)] });
    const model = onnx.ModelProto.create({ graph: onnx.GraphProto.create({ node: [onnx.NodeProto.create({ attribute: [attribute] })] }) });
    assert.deepEqual(copyModel(model).graph!.node[0]!.attribute[0]!.ints, [2n ** 63n - 1n, -(2n ** 63n)]);
  });
});

describe('local functions', () => {
  test('are inlined, with the outputs of the file', async () => {
    const one = caseOf('hand.local-function/model.onnx');
    const { model } = await readSkeleton(corpus, one.path);
    const calls = model.graph!.node.length;
    inlineFunctions(model);
    assert.equal(model.functions.length, 0);
    assert.ok(model.graph!.node.length > 3 * calls);
    const outputs = await runModel(CORPUS, model, feedsFor(model, one));
    for (const [name, golden] of one.goldens.under('output/')) assertTensor(outputs.get(name)!, golden, { rtol: 1e-4, atol: 5e-4 }, name);
  });

  test('that call themselves are refused', () => {
    const call = onnx.NodeProto.create({ opType: 'F', domain: 'local', input: ['x'], output: ['y'] });
    const f = onnx.FunctionProto.create({ name: 'F', domain: 'local', input: ['x'], output: ['y'], node: [call] });
    const model = onnx.ModelProto.create({ graph: onnx.GraphProto.create({ node: [call] }), functions: [f] });
    assert.throws(() => inlineFunctions(model), { name: 'HeadlightError', code: 'limit' });
  });

  test('that double at every level are refused before they fill the memory', () => {
    const level = (n: number) => {
      const call = (i: number) => onnx.NodeProto.create({ opType: `F${n + 1}`, domain: 'local', input: ['x'], output: [`y${i}`] });
      return onnx.FunctionProto.create({
        name: `F${n}`,
        domain: 'local',
        input: ['x'],
        output: ['y0'],
        node: n < 40 ? [call(0), call(1)] : [],
      });
    };
    const call = onnx.NodeProto.create({ opType: 'F0', domain: 'local', input: ['x'], output: ['y'] });
    const functions = Array.from({ length: 41 }, (_, n) => level(n));
    const model = onnx.ModelProto.create({ graph: onnx.GraphProto.create({ node: [call] }), functions });
    assert.throws(() => inlineFunctions(model), { name: 'HeadlightError', code: 'limit' });
  });
});

describe('a merged decoder', () => {
  const one = caseOf('marian.optimum.folder/decoder_model_merged.onnx');

  test('becomes its branch without a cache, with the outputs of the file', async () => {
    const { model } = await readSkeleton(corpus, one.path);
    assert.equal(flattenIf(model), 1);
    assert.ok(model.graph!.node.every(({ opType }) => opType !== 'If'));
    assert.deepEqual(model.graph!.input.map(({ name }) => name).sort(), ['encoder_attention_mask', 'encoder_hidden_states', 'input_ids']);
    const outputs = await runModel(CORPUS, model, feedsFor(model, one));
    assertTensor(outputs.get('logits')!, one.goldens.get('output/logits'), { rtol: 1e-4, atol: 5e-4 }, 'logits');
  });

  test('an If that depends on the input stays', async () => {
    const { model } = await readSkeleton(corpus, 'hand.inside-if/model.onnx');
    assert.equal(flattenIf(model), 0);
    assert.ok(model.graph!.node.some(({ opType }) => opType === 'If'));
  });
});
