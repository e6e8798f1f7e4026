import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { writeModel } from '../../model/onnx/wire.ts';
import { emit } from '../../model/ops/emit.ts';
import { tensor } from '../../model/tensor.ts';
import { assertClose } from '../model/compare.ts';
import { fixture, Goldens, readJson } from '../model/goldens.ts';
import { writeSafetensors } from './safetensors.ts';
import { inspect, Results, root } from './spawned.ts';

const models = `${root}media/models`;
const texts = readJson<{ texts: Record<string, string[]> }>(fixture('goldens', 'goldens.json')).texts;

/** Weights of the built-in models are float32 and ≤ 1; the runtime sums in another order than torch. */
const CLOSE = { rtol: 0, atol: 1e-5 };

/** Scores of up to 20 have a rounding error of 1.2e-6 (half a unit in the last place, twice), and so has their exponential. */
const ROUNDING = { rtol: 0, atol: 3e-6 };

let results: Results;
beforeEach(() => {
  results = new Results();
});
afterEach(() => results.remove());

/** Attention [1, H, T, S] in the results against the golden [H, T, S] of a text. */
function assertGolden(model: string, text: number, name = ''): void {
  const goldens = Goldens.read(fixture('goldens', `${model}.safetensors`));
  const tensors = results.tensors(name);
  const layers = goldens.names.filter((one) => one.startsWith(`${text}/attention/`)).length;
  assert.ok(layers > 0);
  for (let layer = 0; layer < layers; layer++) {
    const golden = goldens.get(`${text}/attention/${layer}`);
    const weights = tensors.get(`attention/self/${layer}`);
    assert.deepEqual(weights.shape, [1, ...golden.shape]);
    assertClose(weights.data, golden.data, CLOSE, `attention/self/${layer}`, weights.shape);
  }
}

function assertSentence(stderr: string): void {
  assert.doesNotMatch(stderr, /^\s+at /m, 'no stack trace');
  assert.match(stderr.trim(), /^[^\n]+[.)]$/, 'one sentence');
}

describe('inspect', () => {
  it('reports tokens, sites and weights of a text', async () => {
    const text = texts['headlight-gpt']![1]!;
    const { status, stderr } = await inspect(`${models}/headlight-gpt`, '--text', text, '--out', results.folder);
    assert.deepEqual([status, stderr], [0, '']);
    const report = results.report();
    assert.equal(report.error, null);
    assert.deepEqual(report.tokens.map(({ start, end }) => text.slice(start, end)).join(''), text, 'the tokens cover the text');
    assert.deepEqual(
      report.sites.map(({ key, kind, layer, heads, queries, keys, how }) => [key, kind, layer, heads, queries, keys, how]),
      [0, 1, 2, 3].map((layer) => [`self/${layer}`, 'self', layer, 4, 11, 11, 'read']),
    );
    for (const { rowSumError } of report.sites) assert.ok(rowSumError !== null && rowSumError < 1e-5, `row sums off by ${rowSumError}`);
    assert.deepEqual(report.model, {
      path: 'onnx/model.onnx',
      ...{ format: 'onnx', architecture: 'gpt2', layers: 4, heads: 4, kvHeads: 4, headDim: 32 },
      ...{ parameters: 1_088_256, dtype: 'float32', quantization: null, positions: 'learned' },
    });
    assert.ok(report.timingsMs.open > 0 && report.timingsMs.create > 0 && report.timingsMs.run > 0);
    assertGolden('headlight-gpt', 1);
    assert.deepEqual(results.tensors().get('output/logits').shape, [1, 11, 2048]);
  });

  it('gives the same weights from q and k as from the run', async () => {
    const text = texts['headlight-bert']![1]!;
    const jobs = ['weights', 'vectors'].map((keep) => ({ path: `${models}/headlight-bert`, text, keep, out: keep }));
    const { status, stderr } = await inspect('--batch', results.batch(jobs));
    assert.deepEqual([status, stderr], [0, '']);
    for (const { out } of jobs) assertGolden('headlight-bert', 1, out);
    const [read, rebuilt] = [results.tensors('weights'), results.tensors('vectors')];
    for (const name of read.names.filter((one) => one.startsWith('attention/'))) {
      assertClose(rebuilt.get(name).data, read.get(name).data, ROUNDING, name);
    }
  });

  it('takes text from a file, and a pair of texts', async () => {
    const file = results.path('text.txt');
    writeFileSync(file, 'The cat is tired.');
    const { status, stderr } = await inspect(
      `${models}/headlight-bert`,
      '--text-file',
      file,
      '--pair',
      'It sleeps.',
      '--out',
      results.folder,
    );
    assert.deepEqual([status, stderr], [0, '']);
    const { tokens, sites } = results.report();
    assert.equal(tokens.filter(({ special }) => special).length, 3);
    assert.equal(tokens.filter(({ piece }) => piece === 'it').length, 1);
    assert.ok(sites.every(({ queries }) => queries === tokens.length));
  });

  it('translates with both files of a pair, the decoder given a text or only its start', async () => {
    const path = `${models}/headlight-translator`;
    const jobs = [
      { path, text: 'the cat sleeps', target: 'le chat dort', out: 'both' },
      { path, text: 'the cat sleeps', out: 'start' },
    ];
    const { status, stderr } = await inspect('--batch', results.batch(jobs));
    assert.deepEqual([status, stderr], [0, '']);
    const { tokens, targetTokens, sites } = results.report('both');
    assert.ok(targetTokens && targetTokens.length > 3 && targetTokens[0]!.special);
    const sizes = {
      encoder: [tokens.length, tokens.length],
      decoder: [targetTokens.length, targetTokens.length],
      cross: [targetTokens.length, tokens.length],
    };
    for (const [kind, size] of Object.entries(sizes)) {
      const found = sites.filter((site) => site.kind === kind);
      assert.ok(found.length > 0, kind);
      for (const { queries, keys } of found) assert.deepEqual([queries, keys], size);
    }
    assert.ok(results.report('start').sites.every(({ kind, queries }) => kind === 'encoder' || queries === 1));
  });

  it('computes the same from a graph and from a checkpoint, by the runtime and by the reference', async () => {
    const text = texts['headlight-gpt']![0]!;
    const folder = `${models}/headlight-gpt`;
    const jobs = ['onnx/model.onnx', 'model.safetensors'].flatMap((file) =>
      ['ort', 'reference'].map((engine) => ({ path: `${folder}/${file}`, text, engine, out: `${engine}-${file.replace('/', '-')}` })),
    );
    const { status, stderr } = await inspect('--batch', results.batch(jobs));
    assert.deepEqual([status, stderr], [0, '']);
    for (const { out, engine } of jobs) {
      assertGolden('headlight-gpt', 0, out);
      assert.ok(
        results.report(out).sites.every(({ how }) => how === (engine === 'reference' ? 'computed' : 'read')),
        out,
      );
    }
  });

  it('prepares a picture as the model wants it', async () => {
    const { status, stderr } = await inspect(
      `${models}/headlight-vit`,
      '--image',
      `${root}media/samples/star.png`,
      '--out',
      results.folder,
    );
    assert.deepEqual([status, stderr], [0, '']);
    const { image, sites } = results.report();
    assert.deepEqual(image, { width: 96, height: 96, patchRows: 8, patchColumns: 8, specialTokens: 1 });
    assert.deepEqual(
      sites.map(({ key, queries, keys }) => [key, queries, keys]),
      [0, 1, 2, 3].map((layer) => [`self/${layer}`, 65, 65]),
    );
    const logits = results.tensors().get('output/logits').data as Float32Array;
    const labels = readJson<{ id2label: Record<string, string> }>(`${models}/headlight-vit/config.json`).id2label;
    assert.equal(labels[logits.indexOf(Math.max(...logits))], 'star');
  });

  it('runs on WebGPU in Node as on the CPU, or says why not', async () => {
    const text = texts['headlight-gpt']![1]!;
    const { status, stderr } = await inspect(`${models}/headlight-gpt`, '--text', text, '--device', 'webgpu', '--out', results.folder);
    if (status === 2) {
      assertSentence(stderr);
      assert.match(stderr, /No WebGPU adapter|Install Chromium/);
      return;
    }
    assert.equal(results.report().device, 'webgpu');
    assertGolden('headlight-gpt', 1, '');
  });

  it('keeps masks right on WebGPU, whose logical operators are wrong where they broadcast', async () => {
    const folder = fixture('onnx', 'modernbert.dy23.sdpa');
    const inputs = `${folder}/golden.safetensors`;
    const { status, stderr } = await inspect(
      `${folder}/model.onnx`,
      '--inputs',
      inputs,
      '--device',
      'webgpu',
      '--keep',
      'vectors',
      '--out',
      results.folder,
    );
    if (status === 2) return assert.match(stderr, /No WebGPU adapter|Install Chromium/);
    const golden = Goldens.read(inputs);
    for (const { key } of results.report().sites) {
      const name = `attention/${key}`;
      assertClose(results.tensors().get(name).data, golden.get(name).data, { rtol: 0, atol: 1e-3 }, name);
    }
  });

  it('answers every job of a batch, whatever another one does', async () => {
    const text = 'The keys';
    const jobs = [
      { path: `${models}/headlight-gpt`, text, out: 'first' },
      { path: fixture('onnx-bad', 'truncated.onnx'), text, out: 'broken' },
      { path: `${models}/nothing-here`, text, out: 'missing' },
      { path: `${models}/headlight-bert`, text, out: 'last' },
    ];
    const { status, stderr } = await inspect('--batch', results.batch(jobs));
    assert.equal(status, 2);
    const lines = stderr.trim().split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) assertSentence(line);
    assert.deepEqual(
      ['first', 'broken', 'missing', 'last'].map((name) => results.report(name).error?.code ?? null),
      [null, 'format', 'not-found', null],
    );
    assert.ok(results.tensors('last').names.length > 0);
  });

  it('says when memory is short, and goes on with the next job', async () => {
    writeGreedyModel(results.path('greedy.onnx'));
    // Two matrices of 2.3 GB are more than wasm can address, one of 14 GB more than it can count.
    const jobs = [24_000, 60_000].map((length) => {
      const inputs = results.path(`${length}.safetensors`);
      writeSafetensors(inputs, new Map([['input/length', tensor('int64', [2], BigInt64Array.of(BigInt(length), BigInt(length)))]]));
      return { path: results.path('greedy.onnx'), inputs, out: `${length}` };
    });
    const next = { path: `${models}/headlight-gpt`, text: 'The keys', out: 'next' };
    const { status, stderr } = await inspect('--batch', results.batch([...jobs, next]));
    assert.equal(status, 2);
    for (const line of stderr.trim().split('\n')) assertSentence(line);
    assert.deepEqual(
      ['24000', '60000', 'next'].map((name) => results.report(name).error?.code ?? null),
      ['memory', 'memory', null],
    );
  });

  it('refuses in one sentence, with the report saying the same', async () => {
    const path = `${models}/headlight-gpt`;
    const long = 'word '.repeat(2000);
    for (const [args, code] of [
      [[fixture('onnx-bad', 'empty.onnx'), '--text', 'x'], 'empty'],
      [[fixture('onnx-bad', 'wrong-magic.onnx')], 'format'],
      [[path, '--text', long], 'too-long'],
      [[path, '--text', ''], 'input'],
      [[`${path}/config.json`, '--text', 'x'], 'unsupported'],
      [[fixture('onnx', 'bert.qdq', 'model.onnx'), '--text', 'x'], 'tokenizer'],
      [[path, '--inputs', 'no-such-file.safetensors'], 'not-found'],
    ] as const) {
      const { status, stderr } = await inspect(...args, '--out', results.folder);
      assert.equal(status, 2, args.join(' ').slice(0, 100));
      assertSentence(stderr);
      assert.deepEqual(results.report().error, { code, message: stderr.trim() });
    }
  });

  it('says what is wrong with its arguments', async () => {
    for (const args of [
      ['--colour', 'red'],
      [`${models}/headlight-gpt`],
      [`${models}/headlight-gpt`, '--text'],
      ['a', 'b', '--out', 'c'],
      ['--batch', 'no-such-file'],
    ]) {
      const { status, stderr } = await inspect(...args);
      assert.equal(status, 2, args.join(' '));
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.match(stderr, /\w/);
    }
  });
});

/** Wants two matrices as large as it is told. */
function writeGreedyModel(path: string): void {
  const graph = emit({ name: 'greedy' });
  const length = graph.input('length', 'int64', [2]);
  const matrix = (value: number) => graph.apply('ConstantOfShape', [length], { value: tensor('float32', [1], Float32Array.of(value)) })[0]!;
  const [product] = graph.apply('MatMul', [matrix(1), matrix(2)]);
  const [sum] = graph.apply('ReduceSum', [product!], { keepdims: 0 });
  graph.output('sum', sum!, 'float32', []);
  writeFileSync(path, writeModel(graph.model()));
}
