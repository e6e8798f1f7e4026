import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Encoded } from '../../extension/text/fit.ts';
import type { TokenizerCall, TokenizerValue } from '../../extension/text/worker-protocol.ts';
import type { OnnxCall, TensorRow } from '../../extension/views/tensors.ts';
import { WorkerThread } from '../../extension/worker-thread.ts';

type Tokenizing = WorkerThread<TokenizerCall, TokenizerValue>;
const start = (limitMs: number): Tokenizing => new WorkerThread({ script, limitMs, what: 'tokenizer', code: 'tokenizer' });
let made = '';
let script = '';
const folder = new URL('../../media/models/headlight-gpt/', import.meta.url);

// The threads as they are shipped: one bundled file each.
before(async () => {
  made = await mkdtemp(join(tmpdir(), 'headlight-thread-'));
  script = join(made, 'tokenize.cjs');
  const entryPoints = ['tokenize', 'onnx'].map((name) => new URL(`../../extension/workers/${name}.ts`, import.meta.url).pathname);
  await build({
    entryPoints,
    outdir: made,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
});
after(() => rm(made, { recursive: true }));

describe('the tokenizer thread', () => {
  let thread: Tokenizing;
  before(() => {
    thread = start(8000);
  });
  after(() => thread.dispose());

  test('cuts a text with a loaded tokenizer', async () => {
    const json = await readFile(new URL('tokenizer.json', folder), 'utf8');
    await thread.call({ kind: 'load', key: 'gpt', params: { files: { 'tokenizer.json': json } } }, 'gpt');
    const text = 'The keys are on the table.';
    const encoded = (await thread.call({ kind: 'encode', key: 'gpt', params: { text, pair: null, specials: true } }, 'gpt')) as Encoded;
    assert.ok(encoded.tokens.length >= 7);
    assert.equal(
      encoded.tokens
        .map(({ start, end }) => text.slice(start, end))
        .join('')
        .replaceAll(' ', ''),
      text.replaceAll(' ', ''),
    );
    assert.equal(encoded.typeIds.length, encoded.tokens.length);
  });

  test('a malformed file is a sentence, and the thread lives on', async () => {
    await assert.rejects(thread.call({ kind: 'load', key: 'x', params: { files: { 'tokenizer.json': '{"model": ' } } }, 'x'), {
      code: 'tokenizer',
      message: /tokenizer\.json is not JSON/,
    });
    const params = { text: 'still', pair: null, specials: true };
    const encoded = (await thread.call({ kind: 'encode', key: 'gpt', params }, 'gpt')) as Encoded;
    assert.ok(encoded.tokens.length > 0);
    assert.equal(thread.generation, 1);
  });
});

test('a pattern out of a file that would run for years is stopped, and other tokenizers go on', async () => {
  const thread = start(1500);
  try {
    const hostile = {
      added_tokens: [],
      // Not exponential, and so not refused when it is read: the fourth power of the text's length.
      pre_tokenizer: { type: 'Split', pattern: { Regex: 'a*a*a*a*b' }, behavior: 'Isolated', invert: false },
      model: { type: 'WordLevel', vocab: { '<unk>': 0 }, unk_token: '<unk>' },
    };
    await thread.call({ kind: 'load', key: 'hostile', params: { files: { 'tokenizer.json': JSON.stringify(hostile) } } }, 'hostile');
    const ask = (text: string, key: string) => thread.call({ kind: 'encode', key, params: { text, pair: null, specials: true } }, key);
    assert.equal(((await ask('aab', 'hostile')) as Encoded).tokens.length, 1);
    await assert.rejects(ask('a'.repeat(3000), 'hostile'), {
      code: 'tokenizer',
      message: /^The tokenizer of hostile took longer than 1\.5 s and was stopped\./,
    });
    const json = await readFile(new URL('tokenizer.json', folder), 'utf8');
    await thread.call({ kind: 'load', key: 'gpt', params: { files: { 'tokenizer.json': json } } }, 'gpt');
    assert.ok(((await ask('The keys', 'gpt')) as Encoded).tokens.length > 1);
  } finally {
    thread.dispose();
  }
});

test('a call that never ends is stopped with its thread, and the next call works in a new one', async () => {
  const busy = join(made, 'busy.cjs');
  const code = `require('node:worker_threads').parentPort.on('message', (call) => {
    if (call === 'leave') process.exit(3);
    while (call === 'for ever') ;
    require('node:worker_threads').parentPort.postMessage({ ok: true, value: call });
  });`;
  await writeFile(busy, code);
  const thread = new WorkerThread<string, string>({ script: busy, limitMs: 1500, what: 'tokenizer', code: 'tokenizer' });
  try {
    assert.equal(await thread.call('one', 'm'), 'one');
    const [late, next] = await Promise.allSettled([thread.call('for ever', 'm'), thread.call('two', 'm')]);
    assert.equal(late.status === 'rejected' && late.reason.code, 'tokenizer');
    assert.match(late.status === 'rejected' ? late.reason.message : '', /^The tokenizer of m took longer than 1\.5 s and was stopped\./);
    assert.deepEqual(next, { status: 'fulfilled', value: 'two' });
    assert.equal(thread.generation, 2);
    await assert.rejects(thread.call('leave', 'm'), { code: 'tokenizer', message: /^The tokenizer of m stopped\. Run again\.$/ });
    assert.equal(await thread.call('three', 'm'), 'three');
  } finally {
    thread.dispose();
  }
  await assert.rejects(thread.call('four', 'm'), { code: 'disposed' });
});

test('the graph thread lists the tensors of an .onnx file, and says what is wrong with another', async () => {
  const thread = new WorkerThread<OnnxCall, TensorRow[]>({ script: join(made, 'onnx.cjs'), limitMs: 20_000, what: 'graph', code: 'limit' });
  try {
    const root = folder.pathname;
    const path = 'onnx/model.onnx';
    const { size } = await stat(join(root, path));
    const rows = await thread.call({ root, files: [{ path, size }], path }, 'gpt');
    const details = rows.map(({ detail }) => detail);
    assert.ok(details.includes('float32 2048 × 128'), details.slice(0, 20).join(', '));
    assert.ok(details.includes('float32 256 × 128'));
    assert.ok(rows.every((row) => row.path === path && row.name !== ''));
    const config = 'config.json';
    const small = (await stat(join(root, config))).size;
    await assert.rejects(thread.call({ root, files: [{ path: config, size: small }], path: config }, 'gpt'), {
      code: 'format',
      message: /config\.json/,
    });
  } finally {
    thread.dispose();
  }
});
