import { describe, test } from 'node:test';
import { embedding, unembed } from '../../../model/blocks/embedding.ts';
import { Module } from '../../../model/blocks/module.ts';
import { layerNorm, rmsNorm } from '../../../model/blocks/norms.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { builderWith, classic, moduleOf, ops, TOLERANCE } from './blocks.ts';

const golden = classic('norms');
const x = golden.get('input/x');
const D = 24;

describe('norms', () => {
  for (const [name, epsilon] of [
    ['layernorm', 1e-5],
    ['layernorm_eps12', 1e-12],
    ['layernorm_no_bias', 1e-5],
  ] as const) {
    test(name, () => assertTensor(layerNorm(moduleOf(golden, `weight/${name}/`), x, D, epsilon), golden.get(`output/${name}`), TOLERANCE));
  }

  test('a vector that is almost constant: ε stands inside the root', () => {
    const plain = new Module(builderWith(new Map([['weight', ops.constantOfShape([D], 1)]])), '');
    // PyTorch rounds the mean to float32, half a unit of which is 1.2e-7 near 2; divided by √ε that is 4e-5.
    const tolerance = { rtol: 0, atol: 5e-5 };
    assertTensor(layerNorm(plain, golden.get('input/almost_constant'), D, 1e-5), golden.get('output/almost_constant'), tolerance);
  });

  test('rmsnorm', () => assertTensor(rmsNorm(moduleOf(golden, 'weight/rmsnorm/'), x, D, 1e-6), golden.get('output/rmsnorm'), TOLERANCE));

  test('rmsnorm whose gain is stored minus 1', () => {
    const module = moduleOf(golden, 'weight/rmsnorm_one_plus/');
    assertTensor(rmsNorm(module, x, D, 1e-6, 'gain - 1'), golden.get('output/rmsnorm_one_plus'), TOLERANCE);
  });
});

describe('embedding', () => {
  const table = classic('embedding');
  const module = moduleOf(table, 'weight/');
  const rows = embedding(module, table.get('input/ids'), 13, D);

  test('rows of the table', () => assertTensor(rows, table.get('output/rows'), EXACT));

  test('is the product with a one-hot vector', () => {
    assertTensor(ops.matMul(table.get('output/one_hot'), module.weight('weight', [13, D])), rows, EXACT);
  });

  test('the other way round: a logit for every word is its row times x', () => {
    const weight = module.weight('weight', [13, D]);
    assertTensor(unembed(module, rows, weight), ops.einsum('btd,vd->btv', rows, weight), TOLERANCE);
  });
});
