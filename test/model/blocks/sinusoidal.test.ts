import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SinusoidSettings, sinusoidFrequencies, sinusoids } from '../../../model/blocks/positions/sinusoidal.ts';
import { assertTensor } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('positions');
const WIDTH = 24;
const [interleaved, marian, fairseq]: SinusoidSettings[] = [
  { width: WIDTH, layout: 'interleaved', exponent: '2i/D' },
  { width: WIDTH, layout: 'half', exponent: '2i/D' },
  { width: WIDTH, layout: 'half', exponent: 'i/(D/2-1)' },
];

describe('sinusoidal positions', () => {
  const cases = { interleaved, half_split_2i_D: marian, half_split_i_half: fairseq };
  for (const [name, settings] of Object.entries(cases)) {
    test(name, () => assertTensor(sinusoids(ops, ops.range(0, 12), settings!), golden.get(`sinusoid/${name}`), TOLERANCE));
  }

  test('positions of a batch keep their axes', () => {
    const positions = ops.reshape(ops.range(0, 12), [2, 3, 2]);
    const expected = ops.reshape(golden.get('sinusoid/interleaved'), [2, 3, 2, WIDTH]);
    assertTensor(sinusoids(ops, positions, interleaved!), expected, TOLERANCE);
  });

  test("the last wave of fairseq's is exactly 10000 times the first", () => {
    assert.equal(sinusoidFrequencies(fairseq!).at(-1), 1 / 10_000);
    assert.ok(sinusoidFrequencies(marian!).at(-1)! > 1 / 10_000);
  });

  test('an odd width is refused', () => {
    assert.throws(() => sinusoidFrequencies({ ...interleaved!, width: 7 }), /need an even width; this model's is 7/);
  });
});
