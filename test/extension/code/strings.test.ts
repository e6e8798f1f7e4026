/** Strings in code, and the models that they name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelsNamed, stringAt } from '../../../extension/code/strings.ts';

const textAt = (line: string, mark = line.indexOf('|')) => stringAt(line.replace('|', ''), mark)?.text ?? null;

test('the string that a column stands in', () => {
  assert.equal(textAt('load("mo|del.onnx", \'other\')'), 'model.onnx');
  assert.equal(textAt("load('a', 'b/|c.onnx')"), 'b/c.onnx');
  assert.equal(textAt('x = `we|ight`;'), 'weight');
  assert.equal(textAt('"a" + va|lue + "b"'), null, 'between two strings');
  assert.equal(textAt('"it\\"s o|ne"'), 'it\\"s one');
  assert.equal(textAt('it|s "open'), null);
  assert.equal(textAt("# don't sto|p at an apostrophe"), null);
  assert.equal(textAt('open("C:\\\\models\\\\be|rt")'), 'C:/models/bert');
});

const MODELS = [
  { name: 'bert', path: '/work/models/bert' },
  { name: 'model', path: '/work/exports/model.onnx' },
  { name: 'bert', path: '/other/models/bert' },
  { name: 'headlight-gpt', path: '/ext/media/models/headlight-gpt' },
];
const named = (text: string, folder = '/work/src') => modelsNamed(text, folder, MODELS).map(({ path }) => path);

test('a path from the document decides; where it leads nowhere, every model of that end', () => {
  assert.deepEqual(named('../models/bert'), ['/work/models/bert']);
  assert.deepEqual(named('models/bert'), ['/work/models/bert', '/other/models/bert']);
  assert.deepEqual(named('/work/exports/model.onnx'), ['/work/exports/model.onnx']);
  assert.deepEqual(named('exports/model.onnx'), ['/work/exports/model.onnx']);
  assert.deepEqual(named('model.onnx'), ['/work/exports/model.onnx']);
});

test('a file inside of a model, and its export below', () => {
  assert.deepEqual(named('../models/bert/model.safetensors'), ['/work/models/bert']);
  assert.deepEqual(named('../models/bert/onnx/model_fp16.onnx'), ['/work/models/bert']);
});

test('a name alone, and words that are none', () => {
  assert.deepEqual(named('headlight-gpt'), ['/ext/media/models/headlight-gpt']);
  assert.deepEqual(named('gpt'), []);
  assert.deepEqual(named('a sentence about bert'), []);
  assert.deepEqual(named('unknown/bert'), []);
});
