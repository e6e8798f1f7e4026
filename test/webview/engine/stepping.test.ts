/** Generation step by step: the goldens of every family that generates, and steps with a cache against steps without. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { largestOf } from '../../../model/predictions/shares.ts';
import type { OpenResult, RunParams } from '../../../model/protocol/engine.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { goldenNames, goldenPath, inputsOf, openGolden } from '../../model/architectures/checkpoints.ts';
import { assertClose } from '../../model/compare.ts';
import { DATA } from '../../model/goldens.ts';

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

async function opened(path: string): Promise<{ engine: Engine; model: OpenResult; close(): Promise<void> }> {
  const folder = openFolder(path);
  const engine = new Engine(runtime);
  const model = await engine.open(folder, folder.model, { device: 'wasm' });
  const close = async () => {
    await engine.close();
    folder.close();
  };
  return { engine, model, close };
}

type Growing = 'ids' | 'targetIds';

/** Greedy: the ids that follow, the logits of each step, and how many tokens came from the cache. */
async function continued(engine: Engine, start: RunParams, growing: Growing, steps: number, cache: boolean) {
  const ids = [...start[growing]!];
  const logits: Float32Array[] = [];
  const cached: number[] = [];
  const uncached: (string | null)[] = [];
  for (let step = 0; step < steps; step++) {
    const result = await engine.step({ params: { ...start, [growing]: ids }, output: 'logits', cache });
    logits.push(result.logits);
    cached.push(result.cached);
    uncached.push(result.uncached);
    ids.push(largestOf(result.logits, 1)[0]!);
  }
  return { ids: ids.slice(start[growing]!.length), logits, cached, uncached };
}

const numbers = (data: ArrayLike<number | bigint>) => Array.from(data, Number);

const generating = (await Promise.all(goldenNames().map(openGolden))).filter(({ tensors }) => tensors.has('A/generated'));

/** Sums in another order: one row at a time instead of all. */
const ORDER = { rtol: 1e-4, atol: 2e-5 };

describe('greedy steps equal the goldens, with the cache and without', () => {
  for (const golden of generating) {
    test(golden.name, async () => {
      const inputs = inputsOf(golden, 'A');
      const growing: Growing = 'decoder_input_ids' in inputs ? 'targetIds' : 'ids';
      const params: RunParams = {
        ...(inputs.input_ids && { ids: numbers(inputs.input_ids.data) }),
        ...(inputs.input_features && { features: inputs.input_features }),
        ...(inputs.decoder_input_ids && { targetIds: numbers(inputs.decoder_input_ids.data).slice(0, 1) }),
      };
      const { engine, close } = await opened(goldenPath(golden.name, ''));
      const quick = await continued(engine, params, growing, 6, true);
      assert.deepEqual(quick.ids, numbers(golden.tensors.get('A/generated').data));
      const plain = await continued(engine, params, growing, 6, false);
      for (const [step, row] of quick.logits.entries()) assertClose(row, plain.logits[step]!, ORDER, `step ${step}`);
      const first = params[growing]!.length;
      assert.deepEqual(quick.cached, [0, first, first + 1, first + 2, first + 3, first + 4], quick.uncached.at(-1) ?? '');
      assert.equal(quick.uncached.at(-1), null);
      await close();
    });
  }
  test('every family that generates has a golden', () => assert.ok(generating.length >= 20, `${generating.length}`));
});

const corpus = (name: string) => join(DATA, 'onnx', name);

/**
 * The layouts that have caches: inputs of the one graph (optimum, the model builder's grouped queries), the branch of a merged decoder, a
 * file of its own beside the decoder.
 */
const WITH_CACHES: readonly string[] = [
  ...['llama.genai.fp32', 'llama.genai.fp32.past', 'llama.genai.int4', 'gpt2.optimum.folder'],
  ...['marian.optimum.folder', 't5.optimum.folder-three-files'],
];

describe('steps with the cache equal steps without', () => {
  for (const name of WITH_CACHES) {
    test(name, async () => {
      const { engine, model, close } = await opened(corpus(name));
      const growing: Growing = model.inputs.some(({ name }) => name === 'decoder_input_ids') ? 'targetIds' : 'ids';
      const params: RunParams = { ids: [3, 7, 11, 5, 9], ...(growing === 'targetIds' && { targetIds: [2, 4] }) };
      const plain = await continued(engine, params, growing, 5, false);
      const quick = await continued(engine, params, growing, 5, true);
      assert.deepEqual(quick.ids, plain.ids);
      for (const [step, row] of quick.logits.entries()) assertClose(row, plain.logits[step]!, ORDER, `step ${step}`);
      const first = params[growing]!.length;
      assert.deepEqual(quick.cached, [0, first, first + 1, first + 2, first + 3]);
      await close();
    });
  }
});

describe('where no cache can be used, the step says why', () => {
  const said = async (path: string) => {
    const { engine, model, close } = await opened(path);
    const output = model.outputs.find((name) => name === 'logits') ?? model.outputs[0]!;
    const first = await engine.step({ params: { ids: [3, 7, 11] }, output });
    const second = await engine.step({ params: { ids: [3, 7, 11, 5] }, output });
    await close();
    assert.deepEqual([first.cached, second.cached], [0, 0]);
    return second.uncached;
  };
  test('blocks with a memory of their own', async () => {
    assert.match((await said(goldenPath('transfo-xl', '')))!, /do not read on from a cache, so every step reads the whole text\.$/);
  });
  test('a graph that was exported without one', async () => {
    assert.match((await said(corpus('bloom.dy18.eager')))!, /exported without a cache, so every step reads the whole text\.$/);
  });
});

test('a graph that cannot read on leaves generation as it was without it, and says why', async () => {
  const own = await startRuntime('wasm');
  const create = own.create.bind(own);
  let sessions = 0;
  own.create = async (...of) => {
    const session = await create(...of);
    if (++sessions < 2) return session;
    return { ...session, run: () => Promise.reject(new HeadlightError('runtime', 'The device has no such operator.')) };
  };
  const folder = openFolder(goldenPath('gpt2', ''));
  const engine = new Engine(own);
  await engine.open(folder, folder.model, { device: 'wasm' });
  const plain = await engine.step({ params: { ids: [3, 7, 11] }, output: 'logits', cache: false });
  const tried = await engine.step({ params: { ids: [3, 7, 11] }, output: 'logits' });
  assert.deepEqual(tried.logits, plain.logits);
  assert.equal(tried.uncached, 'The device has no such operator. So every step reads the whole text.');
  assert.equal(sessions, 2);
  await engine.close();
  folder.close();
});

test('a branch and an undone step go on from the longest beginning that is known', async () => {
  const { engine, close } = await opened(corpus('gpt2.optimum.folder'));
  const step = (ids: number[]) => engine.step({ params: { ids }, output: 'logits' });
  await step([3, 7, 11]);
  await step([3, 7, 11, 5]);
  const branch = await step([3, 7, 11, 6]);
  const back = await step([3, 7, 11, 5, 8]);
  assert.deepEqual([branch.cached, back.cached], [3, 4]);
  const fresh = await engine.step({ params: { ids: [3, 7, 11, 6] }, output: 'logits', cache: false });
  assertClose(branch.logits, fresh.logits, ORDER, 'branch');
  await close();
});
