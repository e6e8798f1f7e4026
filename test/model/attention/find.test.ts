/** What is said of a place of attention, and of what is none: kinds, sizes, masks, scales, words. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Found, findAttention, type SiteFacts } from '../../../model/attention/index.ts';
import { decodeModel } from '../../../model/onnx/wire.ts';
import { fixture } from '../goldens.ts';

function found(name: string, file = 'model.onnx'): Found {
  return findAttention(decodeModel(new Uint8Array(readFileSync(fixture('onnx', name, file))), name), { file });
}

type Said = Partial<Omit<SiteFacts, 'scale'>> & { scale?: number | null };

/** One line a site that is looked at: file, key, what must be said. Sizes and options are those of the scripts in test/data/onnx/make. */
const SAID: readonly (readonly [name: string, key: string, said: Said])[] = [
  ['bert.dy18.sdpa.padded', 'self/0', { heads: 4, kvHeads: 4, headDim: 8, causal: false, how: 'read', sink: false, scale: 8 ** -0.5 }],
  ['gpt2.optimum.folder', 'self/1', { causal: true, window: null, heads: 4, layer: 1 }],
  ['gemma2.dy18.eager', 'self/0', { causal: true, window: 4, softcap: 3, heads: 3, kvHeads: 1, scale: 8 ** -0.5 }],
  ['gemma2.dy18.eager', 'self/1', { causal: true, window: null, softcap: 3 }],
  ['gpt_oss.dy18.eager', 'self/0', { sink: true, causal: true, window: 4 }],
  ['mistral-long-window.ts17', 'self/0', { causal: true, window: 40, heads: 4, kvHeads: 2 }],
  ['modernbert.dy23.sdpa', 'self/0', { how: 'recomputed', causal: false, window: null }],
  ['llama.genai.fp32', 'self/0', { how: 'recomputed', causal: true, heads: 4, kvHeads: 2, headDim: 16, scale: 0.25 }],
  ['llama.dy18.sdpa.external', 'self/1', { causal: true, heads: 4, kvHeads: 2, scale: 8 ** -0.5 }],
  ['starcoder.ts17', 'self/0', { heads: 4, kvHeads: 1, causal: true }],
  ['deepseek.ts17', 'self/0', { heads: 4, headDim: 12, causal: true }],
  ['hand.grouped-rank5', 'self/0', { heads: 4, kvHeads: 2, headDim: 8 }],
  ['hand.root-root', 'self/0', { scale: 8 ** -0.5 }],
  ['hand.scale-in-weights', 'self/0', { scale: 1 }],
  ['hand.fused-matmul', 'self/0', { scale: 8 ** -0.5 }],
  ['hand.gpt-mul-sub', 'self/0', { causal: true }],
  ['hand.softmax-plus-one', 'self/0', { sink: true }],
  ['operators/ms-gqa.window', 'self/0', { window: 3, causal: true, kvHeads: 2 }],
  ['operators/ms-gqa.softcap', 'self/0', { softcap: 1.5 }],
  ['operators/ms-gqa.head-sink', 'self/0', { sink: true }],
  ['operators/onnx-attention25.window', 'self/0', { window: 3, causal: true }],
  ['t5.ort-mha', 'cross/1', { kind: 'cross', how: 'recomputed', causal: false, scale: 1, heads: 3 }],
  ['whisper.dy18.eager', 'decoder/0', { kind: 'decoder', causal: true }],
  ['clip.dy18.sdpa', 'text/1', { kind: 'text', causal: true }],
  ['clip.dy18.sdpa', 'vision/0', { kind: 'vision', causal: false }],
  ['segformer.ts17', 'self/1', { heads: 4, causal: false }],
  ['detr.ts17', 'decoder/0', { kind: 'decoder', causal: false }],
  ['hand.learned-queries', 'cross/0', { kind: 'cross', heads: 3 }],
];

for (const [name, key, { scale, ...said }] of SAID) {
  test(`${name} ${key}: ${JSON.stringify({ ...said, ...(scale === undefined ? {} : { scale }) })}`, () => {
    const site = found(name).sites.find((s) => s.key === key);
    assert.ok(site, `${key} is found`);
    for (const [fact, value] of Object.entries(said)) assert.equal(site[fact as keyof SiteFacts], value, fact);
    if (typeof scale === 'number')
      assert.ok(site.scale !== null && Math.abs(site.scale - scale) < 1e-6, `scale ${site.scale}, expected ${scale}`);
  });
}

const REFUSED: readonly (readonly [name: string, reason: RegExp])[] = [
  ['linear-attention.dy18', /linear attention/],
  ['linear-attention.ts17', /linear attention/],
  ['mamba.ts17', /state-space/],
  ['additive-attention.ts17', /additive attention/],
  ['hand.sigmoid-attention', /sigmoid attention/],
  ['hand.softmax11-joint', /normalises all axes/],
  ['operators/ms-linear-attention', /linear attention/],
  ['operators/ms-longformer-attention', /CUDA/],
  ['operators/ms-packed-attention', /CUDA/],
];

for (const [name, reason] of REFUSED) {
  test(`${name} is refused: ${reason.source}`, () => {
    const { refused, sites } = found(name);
    assert.equal(sites.length, 0);
    assert.match(refused[0]!.reason, reason);
    assert.ok(refused[0]!.where.length > 0 && refused[0]!.advice, 'it says where, and what to do');
  });
}

const NO_ATTENTION = ['cnn.dy18.eager', 'elmo.ts17.eager', 'lstm.ts17.eager'];
for (const name of [
  ...NO_ATTENTION,
  ...['box-bins', 'contrastive', 'experts', 'pooling', 'soft-embedding', 'upsample'].map((d) => `hand.decoy-${d}`),
]) {
  test(`${name} has no attention, and nothing is said of it`, () => {
    const { sites, refused, warnings } = found(name);
    assert.deepEqual([sites, refused, warnings], [[], [], []]);
  });
}

test('the module is said in words, and the node as the file names it', () => {
  const site = found('marian.optimum.folder', 'decoder_model_merged.onnx').sites.find((s) => s.key === 'cross/1');
  assert.equal(site?.where, 'cross-attention · layer 2 (model · decoder · layers 1 · encoder attn)');
  assert.match(site?.node ?? '', /layers\.1\/encoder_attn\/Softmax/);
});

test('a lone encoder file is an encoder by its name alone', () => {
  const model = decodeModel(new Uint8Array(readFileSync(fixture('onnx', 'marian.optimum.folder', 'encoder_model.onnx'))), 'encoder');
  assert.deepEqual(
    findAttention(model, { file: 'onnx/encoder_model_quantized.onnx' }).sites.map((s) => s.kind),
    ['encoder', 'encoder'],
  );
  assert.deepEqual(
    findAttention(model).sites.map((s) => s.kind),
    ['self', 'self'],
  );
});

test('an operator that cannot run gives way, and a warning says why', () => {
  const { warnings, sites } = found('operators/ms-attention.no-bias.scale');
  assert.match(warnings[0] ?? '', /replaced by plain operators.*without a bias/);
  assert.equal(sites[0]?.how, 'recomputed');
});

test('the model that is searched stays as it was', () => {
  const model = decodeModel(new Uint8Array(readFileSync(fixture('onnx', 'bert.ort-fused', 'model.onnx'))), 'bert');
  const before = JSON.stringify(model.graph!.node.map((n) => [n.opType, n.input, n.output]));
  findAttention(model);
  assert.equal(JSON.stringify(model.graph!.node.map((n) => [n.opType, n.input, n.output])), before);
});

test('a form of a fused operator that is not known is refused by name', () => {
  const model = decodeModel(new Uint8Array(readFileSync(fixture('onnx', 'operators/ms-gqa.prefill', 'model.onnx'))), 'gqa');
  const node = model.graph!.node[0]!;
  while (node.input.length < 13) node.input.push('');
  node.input[12] = 'seqlens_k'; // any value: a scale of a cache that is kept as 8-bit numbers
  const { sites, refused } = findAttention(model);
  assert.equal(sites.length, 0);
  assert.match(refused[0]?.reason ?? '', /this form of com\.microsoft::GroupQueryAttention is not known/);
});

test('attention whose sizes only a run tells is not passed over: the node that hides them is named', () => {
  const model = decodeModel(
    new Uint8Array(readFileSync(fixture('onnx', 'bert.ts17.eager.classifier-softmax.static', 'model.onnx'))),
    'bert',
  );
  const embedding = model.graph!.node.find(({ opType }) => opType === 'Gather')!;
  Object.assign(embedding, { opType: 'Lookup', domain: 'acme' });
  const { sites, refused } = findAttention(model);
  assert.equal(sites.length, 0);
  assert.equal(refused.length, 2, 'one for each layer');
  assert.match(refused[0]!.reason, /known in a run alone, from Lookup \(.*Gather/);
});
