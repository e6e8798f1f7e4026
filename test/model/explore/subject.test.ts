/** A model page opens every file of the fixtures: facts without weights, and for a bad file its sentence. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { Subject } from '../../../model/explore/subject.ts';
import { fixture, readJson } from '../goldens.ts';
import { corpus } from '../onnx/corpus.ts';
import { diskFolder } from '../safetensors/folder.ts';

const now = () => performance.now();
const builtIn = (name: string) => diskFolder(new URL(`../../../media/models/${name}/`, import.meta.url).pathname);

describe('facts', () => {
  test('a built-in model as ONNX: ports, tensors, tokenizer, attention', async () => {
    const folder = builtIn('headlight-bert');
    const { facts, opened } = await Subject.open(folder, 'onnx/model.onnx', now);
    assert.equal(facts.architecture, 'bert');
    assert.deepEqual(
      facts.inputs.map(({ name }) => name),
      ['input_ids', 'attention_mask', 'token_type_ids'],
    );
    assert.deepEqual(facts.problems, []);
    const embeddings = facts.tensors.find(({ tokenAxis }) => tokenAxis !== null);
    assert.equal(embeddings?.shape[embeddings.tokenAxis!], 1920);
    assert.ok(facts.bytesRead < facts.bytes / 4, `${facts.bytesRead} bytes were read of ${facts.bytes}`);
    assert.equal(opened.attention().sites.length, 4);
  });

  test('the same model as weights: the same parameters and sites', async () => {
    const folder = builtIn('headlight-bert');
    const weights = await Subject.open(folder, 'model.safetensors', now);
    assert.equal(weights.facts.architecture, 'BERT');
    const { sites, inputs } = weights.opened.attention();
    assert.equal(sites.length, 4);
    assert.ok(inputs?.some(({ name }) => name === 'input_ids'));
    const { facts } = await Subject.open(folder, 'onnx/model.onnx', now);
    assert.ok(Math.abs(facts.parameters - weights.facts.parameters) / facts.parameters < 0.01);
  });

  test('tokens of the vocabulary by their ids', async () => {
    const subject = await Subject.open(builtIn('headlight-bert'), 'model.safetensors', now);
    assert.deepEqual(await subject.tokens([0, 1919, 5000000]), ['[PAD]', (await subject.tokens([1919]))[0], null]);
  });

  test('every exported graph: all its tensors are listed, none is read', async () => {
    for (const { path } of corpus.files.filter(({ path: one }) => one.endsWith('.onnx'))) {
      const { facts, opened } = await Subject.open(corpus, path, now);
      const names = new Set(facts.tensors.map(({ name }) => name));
      for (const { name } of opened.graph().graph!.initializer!) assert.ok(names.has(name!), `${path}: ${name} is not listed`);
    }
  });
});

describe('bad files say their sentence', () => {
  for (const kind of ['onnx-bad', 'safetensors-bad']) {
    const folder = diskFolder(fixture(kind));
    for (const { file, stage } of readJson<{ file: string; stage?: string }[]>(fixture(kind, 'bad.json'))) {
      test(`${kind}/${file}`, async () => {
        const known = folder.files.some(({ path }) => path === file);
        const entry = known
          ? file
          : (folder.files.find(({ path }) => path.startsWith(`${file}/`) && /index\.json$|\.safetensors$/.test(path))?.path ?? file);
        const said = await Subject.open(folder, entry, now).then(
          ({ facts }) => facts.problems,
          (error: unknown) => {
            assert.ok(error instanceof HeadlightError, String(error));
            return [error.message];
          },
        );
        if (stage !== 'ok' && file !== 'invalid-utf8.onnx')
          assert.ok(said.length > 0 && said.every((words) => words.length > 20), `${entry}: nothing is said`);
      });
    }
  }
});
