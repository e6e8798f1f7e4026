/** Saved views: what is written is read, and every file that is none gets a sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { readView, type SavedView, writeView } from '../../../model/protocol/saved-view.ts';

const view: SavedView = {
  headlight: 1,
  model: { name: 'headlight-gpt', place: 'built-in:headlight-gpt' },
  input: {
    text: 'Zoë’s key\nis here',
    second: 10,
    document: 'workspace:a b/ü.txt',
    stretches: [{ start: 4, length: 9 }],
    what: 'the pair',
  },
  selection: { kind: 'self', layer: 2, head: 0, query: 6, key: null },
  look: { view: { tab: 'lines' } },
};

test('what is written is read', () => {
  assert.deepEqual(readView(writeView(view), 'x'), view);
  const translated = { ...view, input: { ...view.input, target: 'La clé' } };
  assert.deepEqual(readView(writeView(translated), 'x'), translated);
  const other = { ...view, model: { ...view.model, variant: 'onnx/model_q4.onnx' } };
  assert.deepEqual(readView(writeView(other), 'x'), other);
  const picture = { ...view, input: { picture: 'workspace:star.png' } };
  assert.deepEqual(readView(writeView(picture), 'x'), picture);
});

for (const [what, json, code, words] of [
  ['nothing', '', 'format', /a\.headlight\.json is no saved view of Headlight: it is not JSON\./],
  ['cut JSON', writeView(view).slice(0, 80), 'format', /not JSON/],
  ['a list', '[1]', 'format', /holds no object/],
  ['another JSON', '{"name": "x"}', 'format', /no number “headlight”/],
  ['a newer format', '{"headlight": 7}', 'unsupported', /newer version of Headlight \(format 7\)/],
  ['no model', JSON.stringify({ ...view, model: { name: 3 } }), 'format', /which model/],
  ['no text', JSON.stringify({ ...view, input: { text: '' } }), 'format', /neither a text nor a picture/],
  ['an input of another type', JSON.stringify({ ...view, input: 'text' }), 'format', /neither a text nor a picture/],
] as const) {
  test(`${what} is refused in a sentence`, () => {
    assert.throws(
      () => readView(json, 'a.headlight.json'),
      (error) => error instanceof HeadlightError && error.code === code && words.test(error.message),
    );
  });
}

test('numbers that are no offsets and kinds that are none are left out, not believed', () => {
  const odd = {
    ...view,
    selection: { kind: 'x', layer: -1, head: 1.5, query: '3', key: 2 ** 60 },
    input: { text: 'abc', second: 99, document: 5, stretches: [{ start: -1, length: 2 }, null, { start: 0, length: 3 }] },
  };
  const read = readView(JSON.stringify(odd), 'x');
  assert.deepEqual(read.selection, { query: null, key: null });
  assert.deepEqual(read.input, { text: 'abc', second: null, document: null, stretches: [{ start: 0, length: 3 }], what: 'a saved text' });
});
