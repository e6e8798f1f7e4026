/**
 * The reference against whole graphs of many exporters: outputs and attention weights as Hugging Face or onnxruntime have them.
 *
 * Tolerances are the goldens' own (float32: 2e-5 for weights, 5e-4 for outputs). Where onnxruntime itself computes something else than
 * the graph says, the reference is compared with onnxruntime-web without optimizations, tightly. HEADLIGHT_ONNX names a whole corpus.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import { HeadlightError } from '../../../model/errors.ts';
import { makeFeeds, planFeeds } from '../../../model/onnx/feeds.ts';
import { flattenIf } from '../../../model/onnx/flatten.ts';
import { Graph } from '../../../model/onnx/graph.ts';
import { readSkeleton, type Skeleton } from '../../../model/onnx/skeleton.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import { ReferenceModel } from '../../../model/ops/evaluate.ts';
import { sizeOf, type Tensor } from '../../../model/tensor.ts';
import { assertClose } from '../compare.ts';
import { type DiskFolder, diskFolder } from '../safetensors/folder.ts';
import { type GoldenGraph, goldenGraphs } from './graphs.ts';

ort.env.wasm.numThreads = 1;

/** Graphs with operators that the reference does not have. */
const LACKING: Readonly<Record<string, string>> = {
  'operators/ms-linear-attention/model.onnx': 'LinearAttention',
  'operators/ms-longformer-attention/model.onnx': 'LongformerAttention',
  'operators/ms-packed-attention/model.onnx': 'PackedAttention',
};

/** Graphs whose golden outputs are not what the graph says: compared with onnxruntime-web, unoptimized. */
const AS_WRITTEN: Readonly<Record<string, string>> = {
  'bert.qdq/model.onnx': 'the optimized session computes in integers what the graph has between QuantizeLinear and DequantizeLinear',
  'llama.genai.int4/model.onnx': 'the native runtime rounds the activations to 8 bit (accuracy_level 4)',
};

/** Outputs of half-precision graphs: the runtime computes in float32 between, the reference rounds every value to half. */
const HALF_OUTPUTS: Readonly<Record<string, number>> = {
  'bart.ort-mha.fp16/model.onnx': 0.1,
  'hand.dropout-identity-cast.half/model.onnx': 2e-3,
};

interface Opened {
  readonly skeleton: Skeleton;
  readonly folder: DiskFolder;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/** Branches that hide a decoder are put in their place, as in a run of the panel; inputs that a golden leaves out are filled in. */
async function open({ folder, file, goldens }: GoldenGraph): Promise<Opened> {
  const disk = diskFolder(folder);
  const skeleton = await readSkeleton(disk, file);
  const raw = Object.fromEntries(goldens.under('input/'));
  if (file.includes('merged')) flattenIf(skeleton.model);
  const { feeds } = makeFeeds(planFeeds(new Graph(skeleton.graph), null), { raw });
  return { skeleton, folder: disk, inputs: { ...raw, ...feeds } };
}

/** Rows of an output that the operator defines; the others are taken from the expectation. */
function definedRows(actual: Tensor, expected: Tensor, rows: readonly number[] | undefined): ArrayLike<number> {
  const values = Float64Array.from(actual.data as ArrayLike<number>, Number);
  if (!rows || actual.shape.length !== 3) return values;
  const [, T, width] = actual.shape as [number, number, number];
  rows.forEach((count, b) => {
    for (let n = (b * T + count) * width; n < (b + 1) * T * width; n++) values[n] = Number(expected.data[n]);
  });
  return values;
}

function checkOutputs(item: GoldenGraph, results: ReadonlyMap<string, Tensor>): void {
  for (const [name, expected] of item.goldens.under('output/')) {
    const actual = results.get(name);
    assert.ok(actual, `${item.name}: there is no output ${name}`);
    assert.deepEqual([...actual.shape], [...expected.shape], `${item.name}: shape of ${name}`);
    const atol = HALF_OUTPUTS[item.name] ?? item.facts.outputTolerance ?? 5e-4;
    const values = Array.from(expected.data as ArrayLike<number>, Number);
    assertClose(definedRows(actual, expected, item.facts.validRows), values, { rtol: 0, atol }, `${item.name}: ${name}`, expected.shape);
  }
}

/** Sites whose weights are one tensor of the graph in the usual order. */
function readableSites({ facts }: GoldenGraph): { key: string; tensor: string }[] {
  return facts.sites.flatMap(({ key, where }) => (where?.tensor && where.layout === 'BHTS' ? [{ key, tensor: where.tensor }] : []));
}

function checkAttention(item: GoldenGraph, results: ReadonlyMap<string, Tensor>): number {
  const sites = readableSites(item);
  for (const { key, tensor } of sites) {
    const [actual, expected] = [results.get(tensor)!, item.goldens.get(key)];
    assert.equal(sizeOf(actual.shape), sizeOf(expected.shape), `${item.name}: ${key} is [${actual.shape}], expected [${expected.shape}]`);
    const atol = item.facts.tolerance ?? 2e-5;
    assertClose(actual.data as Float32Array, expected.data as Float32Array, { rtol: 0, atol }, `${item.name}: ${key}`, expected.shape);
  }
  return sites.length;
}

async function checkAsWritten(item: GoldenGraph, { skeleton, inputs }: Opened, results: ReadonlyMap<string, Tensor>): Promise<void> {
  const externalData = skeleton.files.map((path) => ({ path, data: readWhole(item, path) }));
  const session = await ort.InferenceSession.create(writeModel(skeleton.model), { graphOptimizationLevel: 'disabled', externalData });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, t]) => [name, new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)]),
  );
  const outputs = await session.run(feeds);
  for (const [name, value] of Object.entries(outputs)) {
    assertClose(results.get(name)!.data as Float32Array, value.data as Float32Array, { rtol: 1e-5, atol: 1e-5 }, `${item.name}: ${name}`);
  }
}

function readWhole({ folder }: GoldenGraph, path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, path)));
}

const graphs = goldenGraphs();
let checkedSites = 0;

for (const item of graphs) {
  test(`${item.name} computes what its golden says`, async () => {
    const opened = await open(item);
    const model = new ReferenceModel(opened.skeleton, opened.folder);
    assert.deepEqual([...new Set(model.lacking().map((one) => one.operator))], LACKING[item.name] ? [LACKING[item.name]] : []);
    if (LACKING[item.name]) return;
    const results = await model.run(opened.inputs, { values: readableSites(item).map((site) => site.tensor) });
    if (AS_WRITTEN[item.name]) await checkAsWritten(item, opened, results);
    else checkOutputs(item, results);
    checkedSites += checkAttention(item, results);
  });
}

test('graphs and attention sites were found', () => {
  assert.ok(graphs.length >= 120, `${graphs.length} graphs`);
  assert.ok(checkedSites >= 60, `${checkedSites} sites`);
});

const plain = graphs.find(({ name }) => name === 'bert.dy18.sdpa.padded/model.onnx')!;

test('an operator that the reference lacks is named with its node', async () => {
  const { skeleton, folder, inputs } = await open(plain);
  skeleton.graph.node[3]!.opType = 'Frobnicate';
  skeleton.graph.node[3]!.name = 'the/node';
  const model = new ReferenceModel(skeleton, folder);
  assert.deepEqual(model.lacking(), [{ operator: 'Frobnicate', domain: '', node: 'the/node' }]);
  await assert.rejects(model.run(inputs), /no operator Frobnicate of domain ai\.onnx; used by node the\/node/);
});

test('a missing input and an unknown value are named', async () => {
  const { skeleton, folder, inputs } = await open(plain);
  const model = new ReferenceModel(skeleton, folder);
  await assert.rejects(model.run({}), /needs the input input_ids/);
  await assert.rejects(model.run(inputs, { values: ['nowhere'] }), /no value "nowhere"/);
});

test('sizes that do not fit are told with the node', async () => {
  const { skeleton, folder, inputs } = await open(plain);
  const short = { ...inputs.attention_mask!, shape: [1, 3], data: BigInt64Array.of(1n, 1n, 1n) };
  const model = new ReferenceModel(skeleton, folder);
  await assert.rejects(model.run({ ...inputs, attention_mask: short }), (error: Error) => {
    assert.match(error.message, /^GatherND \(node_\w+\): index 3 is outside/);
    return error instanceof HeadlightError;
  });
});

test('only the nodes that a wanted value needs are computed, and a hook sees each and may stop', async () => {
  const { skeleton, folder, inputs } = await open(plain);
  const model = new ReferenceModel(skeleton, folder);
  const [first] = readableSites(plain);
  const seen: number[] = [];
  const results = await model.run(inputs, {
    values: [first!.tensor],
    outputs: false,
    onNode: (_, done, total) => void seen.push(done / total),
  });
  assert.deepEqual([...results.keys()], [first!.tensor]);
  assert.ok(seen.length > 10 && seen.length < skeleton.graph.node.length, `${seen.length} of ${skeleton.graph.node.length} nodes`);
  const stop = new Error('stop');
  await assert.rejects(
    model.run(inputs, {
      onNode: (_, done) => {
        if (done === 5) throw stop;
      },
    }),
    stop,
  );
});
