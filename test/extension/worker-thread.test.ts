import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import type { TokenizerCall, TokenizerValue } from '../../extension/text/worker-protocol.ts';
import { WorkerThread } from '../../extension/worker-thread.ts';

type Tokenizing = WorkerThread<TokenizerCall, TokenizerValue>;
const start = (limitMs: number): Tokenizing => new WorkerThread({ script, limitMs, what: 'tokenizer', code: 'tokenizer' });
let made = '';
let script = '';

// The thread as it is shipped: one bundled file.
before(async () => {
  made = await mkdtemp(join(tmpdir(), 'headlight-thread-'));
  script = join(made, 'tokenize.cjs');
  const entry = new URL('../../extension/workers/tokenize.ts', import.meta.url).pathname;
  await build({ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
});
after(() => rm(made, { recursive: true }));
const folder = new URL('../../media/models/headlight-gpt/', import.meta.url);

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
