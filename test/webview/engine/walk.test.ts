/** The walk's numbers at every stage of every golden checkpoint, computed piece by piece by onnxruntime, equal Hugging Face's. */
import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { familyTypes } from '../../../model/architectures/registry.ts';
import { ReferenceModel } from '../../../model/ops/evaluate.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { StepsBeside } from '../../../webview/engine/compare.ts';
import { type OpenModel, openModel } from '../../../webview/engine/opening.ts';
import { type Onlooker, watchModel } from '../../../webview/engine/reference.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { Walker } from '../../../webview/engine/walker.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import {
  errorOfScale,
  expectationsOf,
  type Golden,
  goldenNames,
  hasTwoStacks,
  inGoldenLayout,
  inputsOf,
  modelTypeOf,
  openGolden,
  queryMask,
  stageName,
} from '../../model/architectures/checkpoints.ts';

/** Part of the golden's scale, as of the engine's runs. */
const TOLERANCE = 1e-4;

let runtime: Runtime;
before(async () => {
  runtime = await startRuntime('wasm');
});

interface Walked {
  readonly values: ReadonlyMap<string, Tensor>;
  readonly sections: number;
  readonly sites: readonly string[];
}

interface Opened {
  readonly model: OpenModel;
  readonly walker: Walker;
}

async function walkerOf(...asked: Parameters<typeof openWalk>): Promise<Walker> {
  return (await openWalk(...asked)).walker;
}

async function openWalk(
  { checkpoint }: Golden,
  inputs: Readonly<Record<string, Tensor>>,
  mapLimit?: number,
  heldLimit?: number,
): Promise<Opened> {
  const files = { id: 'golden', name: 'golden', entry: checkpoint.weights, files: checkpoint.folder.files };
  const device = { device: 'wasm', fallback: null, half: false } as const;
  const model = await openModel(checkpoint.folder, files, device, { given: Object.keys(inputs) });
  const feeds = model.parts.map((part) => part.feeds({ raw: inputs }, null).feeds);
  return { model, walker: new Walker(runtime, model, feeds, 'wasm', [], mapLimit, heldLimit) };
}

/** Walks through the whole model, as somebody does who opens every layer. */
async function walk(walker: Walker): Promise<Walked> {
  const { sections, remarks } = walker.walk();
  assert.deepEqual(remarks, []);
  const values = new Map<string, Tensor>();
  for (const section of sections.keys()) for (const [id, value] of await walker.values(section, {})) values.set(id, value);
  return { values, sections: sections.length, sites: sections.flatMap(({ sites }) => sites) };
}

describe('the walk through golden checkpoints', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const golden = await openGolden(name);
      const [letter = ''] = golden.cases;
      const inputs = inputsOf(golden, letter);
      const { stages, sites } = emitModel(golden.checkpoint, { given: Object.keys(inputs) });
      const { values, sections, ...walked } = await walk(await walkerOf(golden, inputs));
      assert.deepEqual(
        walked.sites,
        sites.map(({ kind, layer }) => `${kind}/${layer}`),
      );
      assert.ok(sections >= sites.length, `${sections} pieces for ${sites.length} places of attention`);
      const missing: string[] = [];
      for (const [key, expected] of expectationsOf(golden, letter)) {
        const stage = stages.get(stageName(key, hasTwoStacks(golden, letter)));
        const value = stage === undefined ? undefined : values.get(stage);
        if (!value) {
          if (stage !== undefined) missing.push(key);
          continue;
        }
        const error = errorOfScale(inGoldenLayout(key, value, expected), expected, queryMask(inputs, key));
        assert.ok(error <= TOLERANCE, `${letter}/${key}: error ${error} of the scale`);
      }
      // Tables of positions depend on no text: they are shown where they are added.
      const walkedPast = missing.filter((key) => /^(attention|hidden|output)\//.test(key));
      assert.deepEqual(walkedPast, []);
    });
  }
});

for (const name of ['bert', 'gpt2', 't5', 'marian', 'vit', 'llama']) {
  test(`every step of ${name} agrees with the reference, which computes every operator once and hands weights over layer by layer`, async (t) => {
    const golden = await openGolden(name);
    const inputs = inputsOf(golden, golden.cases[0]!);
    const { model, walker } = await openWalk(golden, inputs);
    const counts = countNodes(t);
    const beside = new StepsBeside(walker, {});
    const order: string[] = [];
    const onlooker: Onlooker = {
      watched: (part) => beside.watched(part),
      onValue: async (part, step, value) => {
        order.push(step);
        await beside.onValue(part, step, value);
      },
      onWeights: async ({ facts }) => void order.push(facts.key),
    };
    await watchModel(model, { raw: inputs }, onlooker, {});
    const steps = beside.found();
    const { sections } = walker.walk();
    assert.equal(steps.length, sections.flatMap((section) => section.steps).length);
    for (const { step, largest, scale } of steps) assert.ok(largest <= TOLERANCE * scale, `${step}: ${largest} of ${scale}`);
    for (const { step } of steps) assert.equal(counts.get(step), 1, step);
    assert.deepEqual(
      [...counts].filter(([, count]) => count !== 1),
      [],
    );
    for (const section of sections.filter(({ sites }) => sites.length > 0)) {
      const end = order.indexOf(section.steps.at(-1)!.id);
      for (const key of section.sites)
        assert.ok(order.indexOf(key) >= 0 && order.indexOf(key) < end, `${key} is handed over within its layer`);
    }
  });
}

/** How often the reference evaluates each node, by its first output. */
function countNodes({ mock }: TestContext): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const { run } = ReferenceModel.prototype;
  mock.method(ReferenceModel.prototype, 'run', function (this: ReferenceModel, ...[inputs, options = {}]: Parameters<typeof run>) {
    const onNode: typeof options.onNode = (node, ...rest) => {
      const [name = ''] = node.output;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return options.onNode?.(node, ...rest);
    };
    return run.call(this, inputs, { ...options, onNode });
  });
  return counts;
}

test('scores and weights of a long text are left out, and the layer is walked along all the same', async () => {
  const golden = await openGolden('t5-encoder');
  const walker = await walkerOf(golden, inputsOf(golden, 'A'), 64);
  const section = walker.walk().sections.findIndex(({ kind }) => kind === 'layer');
  const { steps } = walker.walk().sections[section]!;
  const { values } = await walker.stage({ run: 1, section, head: 0 }, {});
  const shown = new Set(values.map(({ id }) => id));
  assert.deepEqual(
    steps.filter(({ id }) => !shown.has(id)).map(({ kind }) => kind),
    ['product', 'scale', 'add', 'mask', 'softmax'],
  );
  assert.ok(shown.has(steps.at(-1)!.id));
});

test('never all activations at once: the section on view, those that find room beside it, and what goes from one to the next', async () => {
  const golden = await openGolden('t5-encoder');
  const limit = 4 * 1024;
  const walker = await walkerOf(golden, inputsOf(golden, 'A'), undefined, limit);
  const bytesOf = (values: ReadonlyMap<string, Tensor>) => [...values.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const passed = new Set<string>();
  let [all, largest, between] = [0, 0, 0];
  for (const section of walker.walk().sections.keys()) {
    const values = await walker.values(section, {});
    for (const name of walker.passedOn(0, section)) {
      if (!passed.has(name)) between += values.get(name)?.data.byteLength ?? 0;
      passed.add(name);
    }
    all += bytesOf(values);
    largest = Math.max(largest, bytesOf(values));
    assert.ok(walker.heldBytes <= limit + largest + between, `${walker.heldBytes} bytes are held`);
  }
  assert.ok(limit + largest + between < all, `the test needs a larger model: ${all} bytes in all`);
});

test('coming back to a section computes nothing', async () => {
  const golden = await openGolden('t5-encoder');
  const walker = await walkerOf(golden, inputsOf(golden, 'A'));
  const first = await walker.values(1, {});
  await walker.values(2, {});
  assert.equal(await walker.values(1, {}), first);
});
