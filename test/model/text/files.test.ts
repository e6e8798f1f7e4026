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
    refused({ ...gpt2Files('gpt2'), 'tokenizer_config.json': { tokenizer_class: 'CLIPTokenizer' } }, /"clip"/),
  );
  it('is refused by its family, from the model', refused({ 'vocab.txt': 'x', 'config.json': { model_type: 'xlm' } }, /"xlm"/));
  it('is refused when it is not JSON', refused({ 'tokenizer.json': '{' }, /tokenizer\.json is not JSON/));
  it('is refused without the tokens that BERT needs', refused({ 'vocab.txt': 'a\nb\n' }, /\[CLS\]/));
});
