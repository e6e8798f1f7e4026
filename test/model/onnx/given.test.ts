/** Inputs that only the user can give, as they are typed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Given, missingInputs, suggested, tensorOf } from '../../../model/onnx/given.ts';

const given = (news: Partial<Given>): Given => ({ name: 'bias', dtype: 'float32', shape: '1, tokens', values: 'zeros', ...news });

test('a shape is suggested: fixed lengths, a batch of one, the rest as long as the text', () => {
  const facts = { name: 'x', dtype: 'float32', shape: ['n', 1, 'l', 8], filledBy: null };
  assert.equal(suggested(facts).shape, '1, 1, tokens, 8');
  assert.equal(suggested({ ...facts, shape: [] }).shape, '');
});

test('only what nothing fills is missing, and only until it is given', () => {
  const inputs = [
    { name: 'ids', dtype: 'int64', shape: [], filledBy: 'the tokens of the text' },
    { name: 'a', dtype: 'float32', shape: [], filledBy: null },
    { name: 'b', dtype: 'float32', shape: [], filledBy: null },
  ];
  assert.deepEqual(
    missingInputs(inputs, ['b']).map(({ name }) => name),
    ['a'],
  );
});

test('words, one number and lists become tensors of the graph’s own type', () => {
  assert.deepEqual(tensorOf(given({}), 3), { dtype: 'float32', shape: [1, 3], data: new Float32Array(3) });
  assert.deepEqual(tensorOf(given({ values: '0.5' }), 2).data, Float32Array.of(0.5, 0.5));
  assert.deepEqual(tensorOf(given({ shape: '[2, 2]', values: '[[1, 2], [3, -4e-1]]' }), 9).data, Float32Array.of(1, 2, 3, -0.4));
  assert.deepEqual(tensorOf(given({ dtype: 'int64', values: 'ones' }), 2).data, BigInt64Array.of(1n, 1n));
  assert.deepEqual(tensorOf(given({ dtype: 'bool', shape: '', values: 'true' }), 2), { dtype: 'bool', shape: [], data: Uint8Array.of(1) });
});

for (const [wrong, words] of [
  [{ values: '' }, /no values yet/],
  [{ values: 'what' }, /“what” is no number/],
  [{ values: '1, 2' }, /holds 3 values, and 2 were given/],
  [{ shape: '1, many' }, /“many” is no length/],
  [{ shape: '-1' }, /no length/],
  [{ shape: '100000, 100000' }, /more than can be made/],
  [{ dtype: 'int64', values: '0.5' }, /whole numbers/],
  [{ dtype: 'string' }, /cannot be typed in/],
] as const) {
  test(`${JSON.stringify(wrong)} is answered by a sentence`, () => {
    assert.throws(() => tensorOf(given(wrong), 3), { code: 'input', message: words });
  });
}
