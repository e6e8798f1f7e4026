import { describe, test } from 'node:test';
import { Module } from '../../../model/blocks/module.ts';
import { type MultiHeadInputs, type MultiHeadSettings, multiHead } from '../../../model/blocks/multi-head.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertTensor } from '../compare.ts';
import { builderOf, classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('multihead');
const [x, memory, key, value] = ['x', 'memory', 'key', 'value'].map((name) => golden.get(`input/${name}`)) as [
  Tensor,
  Tensor,
  Tensor,
  Tensor,
];

/** Masks of PyTorch say what is hidden. */
const visibleOf = (name: string): Tensor => ops.not(ops.cast(golden.get(`input/${name}`), 'bool'));
const unpadded = ops.unsqueeze(visibleOf('key_padding_mask'), [1, 2]);

interface Case {
  readonly weights: string;
  readonly inputs: MultiHeadInputs<Tensor>;
  readonly settings?: Partial<MultiHeadSettings<Tensor>>;
}

const self = { query: x, key: x, value: x };
const across = { query: x, key: memory, value: memory };
const CASES: Readonly<Record<string, Case>> = {
  self: { weights: 'same', inputs: self },
  causal: { weights: 'same', inputs: self, settings: { visible: visibleOf('causal_mask'), causal: true } },
  cross: { weights: 'same', inputs: across, settings: { visible: unpadded } },
  cross_kdim_vdim: {
    weights: 'kdim_vdim',
    inputs: { query: x, key, value },
    settings: { keyWidth: 14, valueWidth: 19, visible: unpadded },
  },
  no_bias: { weights: 'no_bias', inputs: self },
  bias_kv: { weights: 'bias_kv', inputs: across, settings: { zeroKey: true } },
};

function run({ weights, inputs, settings }: Case) {
  const builder = builderOf(golden, `weight/${weights}/`);
  const output = multiHead(new Module(builder, ''), inputs, { kind: 'self', layer: 0, width: 24, heads: 3, ...settings });
  return { output, weights: builder.stage('attention/self/0/weights') };
}

describe('multi-head attention', () => {
  for (const [name, given] of Object.entries(CASES)) {
    test(name, () => {
      const { output, weights } = run(given);
      assertTensor(weights, golden.get(`${name}/weights`), TOLERANCE, 'weights');
      assertTensor(ops.reduceMean(weights, [1], { keepdims: 0 }), golden.get(`${name}/weights_mean`), TOLERANCE, 'mean over heads');
      assertTensor(output, golden.get(`${name}/output`), TOLERANCE, 'output');
    });
  }

  test('a mask shows the learned key and the one of zeros beside the others', () => {
    const everything = ops.cast(ops.constantOfShape([2, 1, 1, 10], 1), 'bool');
    const masked = run({ ...CASES.bias_kv!, settings: { zeroKey: true, visible: everything } });
    assertTensor(masked.weights, golden.get('bias_kv/weights'), TOLERANCE);
  });
});
