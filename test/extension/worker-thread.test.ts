import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
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
    await thread.call({ kind: 'load', key: 'gpt', json, config: null }, 'gpt');
    const text = 'The keys are on the table.';
    const encoded = await thread.call({ kind: 'encode', key: 'gpt', text, pair: null }, 'gpt');
    assert.ok(encoded && encoded.tokens.length >= 7);
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
    await assert.rejects(thread.call({ kind: 'load', key: 'x', json: '{"model": ', config: null }, 'x'), {
      code: 'tokenizer',
      message: /tokenizer\.json is not valid JSON/,
    });
    const encoded = await thread.call({ kind: 'encode', key: 'gpt', text: 'still', pair: null }, 'gpt');
    assert.ok(encoded && encoded.tokens.length > 0);
    assert.equal(thread.generation, 1);
  });
});

test('a pattern that never ends is stopped, and the next call works in a new thread', async () => {
  const thread = start(1500);
  try {
    const hostile = {
      model: { type: 'WordLevel', vocab: { a: 0, '[UNK]': 1 }, unk_token: '[UNK]' },
      pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false },
    };
    await thread.call({ kind: 'load', key: 'bad', json: JSON.stringify(hostile), config: null }, 'bad');
    assert.ok(await thread.call({ kind: 'encode', key: 'bad', text: 'aaa', pair: null }, 'bad'));
    const text = `${'a'.repeat(40)}!`;
    await assert.rejects(thread.call({ kind: 'encode', key: 'bad', text, pair: null }, 'bad'), {
      code: 'tokenizer',
      message: /took longer than 1\.5 s/,
    });
    await thread.call({ kind: 'load', key: 'good', json: JSON.stringify({ ...hostile, pre_tokenizer: null }), config: null }, 'good');
    assert.equal(thread.generation, 2);
  } finally {
    thread.dispose();
  }
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
