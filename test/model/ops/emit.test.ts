import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import { writeModel } from '../../../model/onnx/wire.ts';
import { type Emit, emit } from '../../../model/ops/emit.ts';
import { operators } from '../../../model/ops/ops.ts';
import { assertClose } from '../compare.ts';

ort.env.wasm.numThreads = 1;

type Feeds = Record<string, { shape: number[]; data: Float32Array }>;

/** Runs a written model in onnxruntime-web, its weights in one file `weights.bin`. */
async function run(writer: Emit, feeds: Feeds, weights = new Uint8Array()): Promise<ort.InferenceSession.ReturnType> {
  const externalData = weights.length > 0 ? [{ path: 'weights.bin', data: weights }] : [];
  const session = await ort.InferenceSession.create(writeModel(writer.model()), { externalData });
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, f]) => [name, new ort.Tensor('float32', f.data, f.shape)]));
  return session.run(tensors);
}

const close = { rtol: 1e-6, atol: 1e-6 };

test('a written model runs with weights that lie at odd places of a file, and its probes are outputs', async () => {
  const writer = emit();
  const o = operators(writer);
  const x = writer.input('x', 'float32', ['batch', 2]);
  const file = new Uint8Array(3 + 24);
  file.set(new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer), 3);
  const w = writer.weight('w', 'float32', [2, 3], { path: 'weights.bin', offset: 3, length: 24 });
  const y = writer.within('first', () => o.add(o.matMul(x, w), 1));
  writer.probe('hidden', y);
  writer.output('y', o.reduceSum(y, [1], { keepdims: 0 }), 'float32', ['batch']);
  const result = await run(writer, { x: { shape: [2, 2], data: Float32Array.of(1, 0, 1, 1) } }, file);
  assertClose(result.hidden!.data as Float32Array, [2, 3, 4, 6, 8, 10], close);
  assertClose(result.y!.data as Float32Array, [9, 24], close);
  assert.deepEqual(writer.probes, ['hidden']);
  assert.ok(writer.model().graph!.node.some((n) => n.name.startsWith('/first/MatMul')));
});

test('constants of the same value are written once, tied weights too', () => {
  const writer = emit();
  const o = operators(writer);
  const x = writer.input('x', 'float32', [4]);
  const place = { path: 'weights.bin', offset: 0, length: 16 };
  assert.equal(writer.weight('w', 'float32', [4], place), writer.weight('w', 'float32', [4], place));
  writer.output('y', o.mul(o.mul(x, 0.5), 0.5), 'float32');
  assert.equal(writer.model().graph!.initializer.length, 2);
});

test('a name given twice is refused', () => {
  const writer = emit();
  const x = writer.input('x', 'float32', [4]);
  assert.throws(() => writer.output('x', x, 'float32'), /both named "x"/);
});

test('one value may be output under two names, an input too', async () => {
  const writer = emit();
  const x = writer.input('x', 'float32', [2]);
  const y = operators(writer).neg(x);
  for (const [name, value] of Object.entries({ a: y, b: y, c: x })) writer.output(name, value, 'float32');
  const result = await run(writer, { x: { shape: [2], data: Float32Array.of(1, -2) } });
  assert.deepEqual([...(result.a!.data as Float32Array), ...(result.b!.data as Float32Array)], [-1, 2, -1, 2]);
  assert.deepEqual([...(result.c!.data as Float32Array)], [1, -2]);
});

test('scan carries a state along the first axis and stacks results; the body sees values from outside', async () => {
  const writer = emit();
  const o = operators(writer);
  const x = writer.input('x', 'float32', ['steps', 2]);
  const factor = o.exp(o.floats([0, 0]));
  const { carried, results } = o.scan(
    ([sum], [step]) => {
      const next = o.add(sum!, o.mul(step!, factor));
      return { carried: [next], results: [o.mul(next, 10)] };
    },
    [o.floats([100, 200])],
    [x],
  );
  writer.output('last', carried[0]!, 'float32');
  writer.output('all', results[0]!, 'float32');
  const result = await run(writer, { x: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } });
  assert.deepEqual([...(result.last!.data as Float32Array)], [109, 212]);
  assert.deepEqual([...(result.all!.data as Float32Array)], [1010, 2020, 1040, 2060, 1090, 2120]);
  assert.deepEqual([...result.all!.dims], [3, 2]);
});

test('attributes that are floats by definition are written as floats, also with a whole value', async () => {
  const writer = emit();
  const o = operators(writer);
  const x = writer.input('x', 'float32', [2]);
  writer.output('y', o.leakyRelu(x, { alpha: 2 }), 'float32');
  const result = await run(writer, { x: { shape: [2], data: Float32Array.of(-1, 1) } });
  assert.deepEqual([...(result.y!.data as Float32Array)], [-2, 1]);
});
