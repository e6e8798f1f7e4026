/** What does not fit in a configuration is said at its key; what fits is left in peace. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ConfigProblem, configProblems, numberProblems } from '../../../model/explore/config-problems.ts';
import { diskFolder } from '../safetensors/folder.ts';

type Values = Record<string, unknown>;
const folderOf = (name: string) => diskFolder(new URL(`../../../media/models/${name}/`, import.meta.url).pathname);
const configOf = (name: string): Values =>
  JSON.parse(readFileSync(new URL(`../../../media/models/${name}/config.json`, import.meta.url), 'utf8')) as Values;

/** The folder without its graphs, so that the weights count. */
async function problemsOf(name: string, change: Values, without = /\.onnx$/): Promise<readonly ConfigProblem[]> {
  const folder = folderOf(name);
  const files = folder.files.filter(({ path }) => !without.test(path));
  return configProblems({ files, open: (path) => folder.open(path) }, { ...configOf(name), ...change });
}
const keys = (problems: readonly ConfigProblem[]) => problems.map(({ key, severity }) => `${severity} ${key}`);

for (const name of ['headlight-bert', 'headlight-gpt', 'headlight-translator', 'headlight-vit']) {
  test(`${name} has no problems`, async () => assert.deepEqual(await problemsOf(name, {}), []));
}

test('heads that do not divide the width', () => {
  const [problem] = numberProblems({ hidden_size: 768, num_attention_heads: 7 });
  assert.equal(problem?.key, 'num_attention_heads');
  assert.equal(problem?.message, 'num_attention_heads does not divide hidden_size: 768 / 7 = 109.714 is no whole head.');
  assert.deepEqual(numberProblems({ hidden_size: 768, num_attention_heads: 7, head_dim: 128 }), []);
});

test('heads of keys that cannot be shared, and counts below one', () => {
  assert.deepEqual(keys(numberProblems({ hidden_size: 64, num_attention_heads: 8, num_key_value_heads: 3 })), [
    'error num_key_value_heads',
  ]);
  assert.deepEqual(keys(numberProblems({ hidden_size: 64, num_attention_heads: 8, vocab_size: 0 })), ['error vocab_size']);
});

test('numbers that the weights contradict', async () => {
  assert.deepEqual(keys(await problemsOf('headlight-bert', { vocab_size: 30522 })), ['error vocab_size']);
  assert.deepEqual(keys(await problemsOf('headlight-bert', { num_hidden_layers: 12 })), ['error num_hidden_layers']);
  assert.deepEqual(keys(await problemsOf('headlight-bert', { max_position_embeddings: 4096 })), ['error max_position_embeddings']);
});

test('a fix is offered where the weights have the number, and nowhere else', async () => {
  const fixes = async (change: Values) => (await problemsOf('headlight-bert', change)).map(({ key, fix }) => [key, fix?.value]);
  assert.deepEqual(await fixes({ vocab_size: 30522 }), [['vocab_size', 1920]]);
  assert.deepEqual(await fixes({ max_position_embeddings: 4096 }), [['max_position_embeddings', 128]]);
  assert.deepEqual(await fixes({ num_attention_heads: 7 }), [['num_attention_heads', undefined]]);
});

test('an architecture that is not known: only where nothing else can be run', async () => {
  assert.deepEqual(keys(await problemsOf('headlight-bert', { model_type: 'nobodys' })), ['warning model_type']);
  assert.deepEqual(await problemsOf('headlight-bert', { model_type: 'nobodys' }, /nothing/), []);
});

test('files that are missing', async () => {
  assert.deepEqual(keys(await problemsOf('headlight-bert', {}, /\.onnx$|tokenizer\.json$/)), ['hint vocab_size']);
  assert.deepEqual(keys(await problemsOf('headlight-bert', {}, /\.onnx$|\.safetensors$/)), ['hint null']);
});
