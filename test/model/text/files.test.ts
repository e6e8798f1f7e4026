import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReadText, readTokenizer } from '../../../model/text/index.ts';
import { difference } from './oracle.ts';
import { family } from './packed.ts';

type Files = Readonly<Record<string, unknown>>;

/** A folder in memory; values that are no strings are JSON. */
function folder(files: Files): ReadText {
  return async (name) => {
    const value = files[name];
    if (value === undefined) return null;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

interface Bpe {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: (string | [string, string])[] };
}

function gpt2Files(name: string): Files {
  const { model } = family(name).tokenizer as Bpe;
  const merges = model.merges.map((m) => (typeof m === 'string' ? m : m.join(' ')));
  return {
    'vocab.json': model.vocab,
    'merges.txt': ['#version: 0.2', ...merges, ''].join('\n'),
    'tokenizer_config.json': family(name).config,
  };
}

/** tokenizer_config.json with the added tokens by id, as transformers writes it since 4.34. */
function listedTokens(name: string): Files {
  const { tokenizer, config } = family(name);
  const { added_tokens } = tokenizer as { readonly added_tokens: readonly { readonly id: number }[] };
  const decoder = Object.fromEntries(added_tokens.map(({ id, ...token }) => [id, token]));
  return { 'tokenizer_config.json': { ...(config as object), added_tokens_decoder: decoder } };
}

function bertFiles(name: string): Files {
  const { model } = family(name).tokenizer as Bpe;
  const words = Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([word]) => word);
  return { 'vocab.txt': `${words.join('\n')}\n`, 'tokenizer_config.json': family(name).config };
}

async function agrees(files: Files, name: string): Promise<void> {
  const tokenizer = await readTokenizer(folder(files));
  const wrong = family(name)
    .lines.map((l) => difference(tokenizer.encode(l.text, l.pair), l))
    .filter((d) => d !== null);
  assert.equal(wrong.length, 0, wrong[0] ?? '');
}

describe('a folder’s tokenizer', () => {
  it('is its tokenizer.json where there is one', async () => {
    const { tokenizer, config } = family('bert-cased');
    await agrees({ 'tokenizer.json': tokenizer, 'tokenizer_config.json': config, 'vocab.txt': 'x' }, 'bert-cased');
  });
  it('is made of GPT-2’s vocab.json and merges.txt', () => agrees(gpt2Files('gpt2'), 'gpt2'));
  it('is made of RoBERTa’s vocab.json and merges.txt', () => agrees(gpt2Files('roberta'), 'roberta'));
  for (const name of ['clip', 'qwen2', 'whisper', 'openai-gpt', 'bart']) {
    it(`is made of the vocab.json and merges.txt of ${name}`, () => agrees({ ...gpt2Files(name), ...listedTokens(name) }, name));
  }
  it('puts the first token before the text where the configuration wants it', async () => {
    const { model } = family('gpt2').tokenizer as Bpe;
    const config = { tokenizer_class: 'GPT2Tokenizer', add_bos_token: true };
    const tokenizer = await readTokenizer(folder({ ...gpt2Files('gpt2'), 'tokenizer_config.json': config }));
    const bos = model.vocab['<|endoftext|>'];
    assert.deepEqual(
      tokenizer.encode('a', 'a').tokens.map(({ id }) => id),
      [bos, model.vocab.a, model.vocab.a],
    );
  });
  it('knows the tokens that added_tokens.json and special_tokens_map.json name', async () => {
    const files = { 'added_tokens.json': { '<x>': 9001, '<y>': 9002 }, 'special_tokens_map.json': { additional_special_tokens: ['<y>'] } };
    const size = Object.keys((family('gpt2').tokenizer as Bpe).model.vocab).length;
    const tokenizer = await readTokenizer(folder({ ...gpt2Files('gpt2'), ...files }));
    const [x, y] = tokenizer.encode('<x><y>').tokens;
    assert.deepEqual(
      [x?.piece, y?.piece, [...tokenizer.specialIds].includes(y!.id), tokenizer.specialIds.has(x!.id)],
      ['<x>', '<y>', true, false],
    );
    assert.ok(x!.id >= size);
  });
  it('is made of BERT’s vocab.txt, lower-casing', () => agrees(bertFiles('bert-uncased'), 'bert-uncased'));
  it('is made of BERT’s vocab.txt, keeping case', () => agrees(bertFiles('bert-cased'), 'bert-cased'));
  it('reads Windows line ends', async () => {
    const files = bertFiles('bert-cased');
    await agrees({ ...files, 'vocab.txt': String(files['vocab.txt']).replaceAll('\n', '\r\n') }, 'bert-cased');
  });

  const refused = (files: Files, words: RegExp) => async () => {
    await assert.rejects(readTokenizer(folder(files)), { code: 'tokenizer', message: words });
  };
  it('is missed in words', refused({}, /no tokenizer/));
  it('is refused by its file', refused({ 'spiece.model': 'x' }, /spiece\.model/));
  it(
    'is refused by its family, from the configuration',
    refused({ ...gpt2Files('gpt2'), 'tokenizer_config.json': { tokenizer_class: 'CTRLTokenizer' } }, /"ctrl"/),
  );
  it('is refused by its family, from the model', refused({ 'vocab.txt': 'x', 'config.json': { model_type: 'xlm' } }, /"xlm"/));
  it('is refused when it is not JSON', refused({ 'tokenizer.json': '{' }, /tokenizer\.json is not JSON/));
  it('is refused without the tokens that BERT needs', refused({ 'vocab.txt': 'a\nb\n' }, /\[CLS\]/));
});
