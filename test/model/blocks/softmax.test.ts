import { describe, test } from 'node:test';
import { maskedSoftmax } from '../../../model/blocks/attention.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('softmax');
const x = golden.get('input/x');

describe('softmax', () => {
  const cases: Record<string, () => ReturnType<typeof ops.softmax>> = {
    last: () => ops.softmax(x),
    axis1: () => ops.softmax(x, { axis: 1 }),
    'temperature_0.5': () => ops.softmax(ops.div(x, 0.5)),
    'temperature_2.0': () => ops.softmax(ops.div(x, 2)),
    log: () => ops.logSoftmax(x),
    big: () => ops.softmax(golden.get('input/big')),
    masked: () => maskedSoftmax(ops, x, ops.cast(golden.get('input/mask'), 'bool')),
  };
  for (const [name, compute] of Object.entries(cases)) {
    test(name, () => assertTensor(compute(), golden.get(`output/${name}`), TOLERANCE));
  }

  test('a row that sees nothing is zero, never NaN', () => {
    const hidden = ops.cast(ops.constantOfShape([3, 4, 7]), 'bool');
    assertTensor(maskedSoftmax(ops, x, hidden), ops.constantOfShape([3, 4, 7]), EXACT);
  });
});
