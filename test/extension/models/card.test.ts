import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe as suite, test } from 'node:test';
import { factsLine, firstHead, makeCard, relationsOfHead, type SmallFiles, shortCount } from '../../../extension/models/card.ts';
import { describe } from '../../../extension/models/describe.ts';
import { HeadlightError } from '../../../model/errors.ts';
import type { ModelFolder } from '../../../model/source.ts';

/** A folder in memory or on the disk that counts what is read from it. */
function folderOf(contents: Record<string, Uint8Array>): ModelFolder & { bytesRead: number } {
  const folder = {
    bytesRead: 0,
    files: Object.entries(contents).map(([path, { length }]) => ({ path, size: length })),
    open(path: string) {
      const bytes = contents[path];
      if (!bytes) throw new HeadlightError('not-found', `${path} is missing.`);
      const read = async (offset: number, length: number) => {
        folder.bytesRead += length;
        return bytes.subarray(offset, offset + length);
      };
      return { name: path, size: bytes.length, read };
    },
  };
  return folder;
}

function builtIn(name: string) {
  const root = new URL(`../../../media/models/${name}/`, import.meta.url);
  const names = readdirSync(root, { recursive: true })
    .map(String)
    .filter((path) => statSync(new URL(path, root)).isFile());
  return folderOf(Object.fromEntries(names.map((path) => [path, new Uint8Array(readFileSync(new URL(path, root)))])));
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const card = (config: unknown, more: Partial<SmallFiles> = {}) =>
  makeCard({ config, tokenizerConfig: null, tokenizerKind: null, measured: null, parameters: null, ...more });

suite('the line beside a model', () => {
  for (const [name, line] of [
    ['headlight-gpt', 'GPT-2 · 4 × 4 · 1.09 M · f32 · BPE 2,048'],
    ['headlight-bert', 'BERT · 4 × 4 · 811 k · f32 · WordPiece 1,920'],
    ['headlight-translator', 'Marian · 3 × 4 + 3 × 4 · 1.19 M · f32 · BPE 1,280'],
    ['headlight-vit', 'ViT · 4 × 4 · 473 k · f32'],
  ] as const) {
    test(`${name}, without reading its weights`, async () => {
      const folder = builtIn(name);
      const { card: read, problem } = await describe(folder);
      assert.equal(problem, null);
      assert.equal(factsLine(read), line);
      const weights = folder.files.find(({ path }) => path === 'model.safetensors')!.size;
      const small = folder.files.filter(({ path }) => !/\.(onnx|safetensors)$/.test(path)).reduce((sum, { size }) => sum + size, 0);
      assert.ok(folder.bytesRead < small + 30_000, `${folder.bytesRead} bytes read of ${small} small and ${weights} of weights`);
    });
  }

  test('spellings of other families', () => {
    assert.equal(
      factsLine(card({ model_type: 'llama', num_hidden_layers: 16, num_attention_heads: 32, torch_dtype: 'bfloat16', vocab_size: 128256 })),
      'Llama · 16 × 32 · bf16 · 128,256',
    );
    assert.equal(factsLine(card({ model_type: 'unheard-of', n_layer: 2, n_head: 3 })), 'unheard-of · 2 × 3');
    assert.equal(factsLine(card({})), '');
    const clip = card({
      model_type: 'clip',
      vision_config: { num_hidden_layers: 12, num_attention_heads: 12 },
      text_config: { num_hidden_layers: 12, num_attention_heads: 8 },
    });
    assert.deepEqual(
      clip.stacks.map(({ kind, heads }) => `${kind} ${heads}`),
      ['vision 12', 'text 8'],
    );
    assert.equal(shortCount(66_362_880), '66.4 M');
    assert.equal(shortCount(7_241_732_096), '7.24 B');
  });

  test('the longest text: table and tokenizer, whichever is shorter; RoBERTa counts from two', () => {
    assert.equal(card({ model_type: 'bert', max_position_embeddings: 512 }).maxTokens, 512);
    assert.equal(card({ model_type: 'roberta', max_position_embeddings: 514 }).maxTokens, 512);
    assert.equal(card({ model_type: 'bert', max_position_embeddings: 512 }, { tokenizerConfig: { model_max_length: 128 } }).maxTokens, 128);
    assert.equal(card({ model_type: 't5' }, { tokenizerConfig: { model_max_length: 1e30 } }).maxTokens, null);
  });
});

suite('heads that a model’s measurements name', () => {
  test('each built-in model opens on the head that they name most', async () => {
    const first = async (name: string) => firstHead((await describe(builtIn(name))).card);
    assert.deepEqual(await first('headlight-gpt'), { kind: 'self', layer: 2, head: 0 });
    assert.deepEqual(await first('headlight-bert'), { kind: 'self', layer: 3, head: 0 });
    assert.deepEqual(await first('headlight-translator'), { kind: 'cross', layer: 1, head: 2 });
    assert.deepEqual(await first('headlight-vit'), { kind: 'self', layer: 2, head: 0 });
  });

  test('a head knows its relations, strongest first', async () => {
    const { card: gpt } = await describe(builtIn('headlight-gpt'));
    const names = relationsOfHead(gpt, 'self', 2, 0).map(({ relation }) => relation);
    assert.equal(names[0], 'verb to subject');
    const { card: translator } = await describe(builtIn('headlight-translator'));
    assert.ok(relationsOfHead(translator, 'encoder', 2, 0).some(({ relation }) => relation === 'previous token'));
    assert.equal(relationsOfHead(translator, 'decoder', 2, 0).length, 0);
  });

  test('a model without measurements opens anywhere', () => {
    assert.equal(firstHead(card({ model_type: 'bert', num_hidden_layers: 2, num_attention_heads: 2 })), null);
  });
});

suite('a model that cannot be used says why', () => {
  test('a configuration that is no JSON', async () => {
    const { problem } = await describe(folderOf({ 'config.json': utf8('{"model_type": '), 'model.onnx': utf8('x') }));
    assert.match(problem ?? '', /^config\.json is not valid JSON/);
  });

  test('an empty weights file, before everything else', async () => {
    const { problem } = await describe(folderOf({ 'config.json': utf8('{'), 'model.safetensors': new Uint8Array() }));
    assert.equal(problem, 'model.safetensors is empty. Download or export it again.');
  });

  test('weights that are no safetensors', async () => {
    const { problem } = await describe(folderOf({ 'config.json': utf8('{}'), 'model.safetensors': utf8('not a header at all') }));
    assert.match(problem ?? '', /^model\.safetensors: the header/);
  });
});
