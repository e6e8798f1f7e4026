import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { activation } from '../../../model/blocks/activations.ts';
import { assertTensor } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('activations');

/** Names of configurations, and what the golden file calls the function. */
const NAMES: Readonly<Record<string, string>> = {
  relu: 'relu',
  relu2: 'relu_squared',
  gelu: 'gelu_erf',
  gelu_python: 'gelu_erf',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  quick_gelu: 'quick_gelu',
  silu: 'silu',
  swish: 'silu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  mish: 'mish',
};

describe('activations by the names of configurations', () => {
  for (const [name, called] of Object.entries(NAMES)) {
    test(name, () => assertTensor(activation(name)(ops, golden.get('input/x')), golden.get(`output/${called}`), TOLERANCE));
  }

  test('linear is no activation at all', () => {
    const x = golden.get('input/x');
    assert.equal(activation('linear')(ops, x), x);
  });

  test('a name that is not known is refused with those that are', () => {
    assert.throws(() => activation('snake'), /activation snake is not known here; known are gelu, .*mish/);
    assert.throws(() => activation('constructor'), /not known/);
  });
});
