import { describe, test } from 'node:test';
import { type ConvolutionSettings, convolution } from '../../../model/blocks/convolution.ts';
import { Module } from '../../../model/blocks/module.ts';
import { averagePool, maxPool } from '../../../model/blocks/pooling.ts';
import { assertClose, assertTensor, EXACT } from '../compare.ts';
import { builderWith, classic, moduleOf, ops, TOLERANCE } from './blocks.ts';

const golden = classic('conv2d');

describe('the lecture’s 6 × 6 picture and 3 × 3 filter', () => {
  const picture = golden.get('diagonal/input');
  const cases: Record<string, Partial<ConvolutionSettings>> = {
    stride1: {},
    stride2: { stride: [2, 2] },
    padding1: { padding: [1, 1] },
    stride2_padding1: { stride: [2, 2], padding: [1, 1] },
    stride3: { stride: [3, 3] },
  };
  /** A module whose weight is the golden tensor of that name. */
  const filter = (name: string) => new Module(builderWith(new Map([['weight', golden.get(name)]])), '');

  for (const [name, settings] of Object.entries(cases)) {
    for (const [weight, output] of [
      ['filter', 'output'],
      ['filter2', 'output2'],
    ]) {
      test(`${weight}, ${name}`, () => {
        const y = convolution(filter(`diagonal/${weight}`), picture, { in: 1, out: 1, kernel: [3, 3], ...settings });
        assertTensor(y, golden.get(`diagonal/${output}/${name}`), EXACT);
      });
    }
  }

  test('the diagonal is found where it is: 3 in the first corner', () => {
    const y = convolution(filter('diagonal/filter'), picture, { in: 1, out: 1, kernel: [3, 3] });
    assertClose([...(y.data as Float32Array)].slice(0, 4), [3, -1, -3, -1], EXACT);
    assertTensor(maxPool(ops, y, 2), golden.get('diagonal/maxpool2'), EXACT);
  });
});

describe('convolution', () => {
  const cases: Record<string, ConvolutionSettings> = {
    plain: { in: 4, out: 6, kernel: [3, 2] },
    stride_padding: { in: 4, out: 6, kernel: [3, 3], stride: [2, 1], padding: [1, 2] },
    dilated: { in: 4, out: 5, kernel: [2, 2], dilation: [2, 3] },
    groups: { in: 4, out: 6, kernel: [3, 3], groups: 2 },
    depthwise: { in: 4, out: 4, kernel: [3, 3], groups: 4, padding: [1, 1] },
  };
  for (const [name, settings] of Object.entries(cases)) {
    test(name, () =>
      assertTensor(
        convolution(moduleOf(golden, `weight/${name}/`), golden.get('input/x'), settings),
        golden.get(`output/${name}`),
        TOLERANCE,
      ),
    );
  }

  test('of a sequence', () => {
    const settings = { in: 5, out: 3, kernel: [3], stride: [2], padding: [1] };
    assertTensor(convolution(moduleOf(golden, 'weight/conv1d/'), golden.get('input/x1'), settings), golden.get('output/conv1d'), TOLERANCE);
  });

  test('pooling', () => {
    assertTensor(maxPool(ops, golden.get('input/x'), 3, 2), golden.get('output/maxpool'), EXACT, 'largest');
    assertTensor(averagePool(ops, golden.get('input/x'), 2), golden.get('output/avgpool'), TOLERANCE, 'mean');
  });
});
