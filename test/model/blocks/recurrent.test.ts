import { describe, test } from 'node:test';
import { relu } from '../../../model/blocks/activations.ts';
import { gru } from '../../../model/blocks/gru.ts';
import { lstm } from '../../../model/blocks/lstm.ts';
import { Module } from '../../../model/blocks/module.ts';
import { type RecurrentLayer, type RecurrentSettings, recurrent } from '../../../model/blocks/recurrent.ts';
import { rnn, rnnWith } from '../../../model/blocks/rnn.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { builderOf, classic, moduleOf, ops, TOLERANCE } from './blocks.ts';

const WIDTHS = { in: 14, hidden: 19 };

const CASES: Readonly<Record<string, RecurrentSettings<Tensor>>> = {
  one_layer: { ...WIDTHS, layers: 1 },
  two_layers: { ...WIDTHS, layers: 2 },
  bidirectional: { ...WIDTHS, layers: 2, bidirectional: true },
  no_bias: { ...WIDTHS, layers: 1 },
};

const LAYERS: readonly (readonly [string, RecurrentLayer, Readonly<Record<string, RecurrentSettings<Tensor>>>])[] = [
  ['rnn', rnn, CASES],
  ['rnn', rnnWith(relu), { relu: { ...WIDTHS, layers: 1 } }],
  ['gru', gru, CASES],
  ['lstm', lstm, { ...CASES, projected: { ...WIDTHS, layers: 1, projected: 7 } }],
];

for (const [topic, layer, cases] of LAYERS) {
  const golden = classic(topic);
  const names = topic === 'lstm' ? ['h', 'c'] : ['h'];
  describe(topic, () => {
    for (const [name, settings] of Object.entries(cases)) {
      test(name, () => {
        const start = names.map((state) => golden.get(`${name}/${state}0`));
        const { states, last } = recurrent(moduleOf(golden, `weight/${name}/`), layer, golden.get('input/x'), start, settings);
        assertTensor(states, golden.get(`${name}/output`), TOLERANCE, 'states');
        for (const [n, state] of names.entries()) assertTensor(last[n]!, golden.get(`${name}/${state}n`), TOLERANCE, `last ${state}`);
      });
    }
  });
}

test('every gate of an LSTM is a stage', () => {
  const golden = classic('lstm');
  const builder = builderOf(golden, 'weight/one_layer/');
  const start = ['h0', 'c0'].map((state) => golden.get(`one_layer/${state}`));
  recurrent(new Module(builder, ''), lstm, golden.get('input/x'), start, CASES.one_layer!);
  for (const gate of ['input_gate', 'forget_gate', 'candidate', 'output_gate', 'cell']) {
    assertTensor(builder.stage(`stage/${gate}_l0`), golden.get(`one_layer/gate/${gate}`), TOLERANCE, gate);
  }
});

test('padding behind a text changes nothing of it, in both directions', () => {
  const golden = classic('lstm');
  const module = moduleOf(golden, 'weight/bidirectional/');
  const start = ['h0', 'c0'].map((state) => golden.get(`bidirectional/${state}`));
  const x = golden.get('input/x'); // [2, 7, 14]
  const mask = ops.cast(
    ops.constant({ dtype: 'uint8', shape: [2, 7], data: Uint8Array.from([1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0]) }),
    'bool',
  );
  const padded = recurrent(module, lstm, x, start, { ...CASES.bidirectional!, mask });
  const bare = recurrent(module, lstm, ops.slice(x, [0], [4], [1]), start, CASES.bidirectional!);
  assertTensor(ops.slice(padded.states, [0], [4], [1]), bare.states, EXACT, 'states');
  assertTensor(ops.slice(padded.states, [4], [7], [1]), ops.constantOfShape([2, 3, 38]), EXACT, 'padding');
  for (const [n, state] of padded.last.entries()) assertTensor(state, bare.last[n]!, EXACT, `last state ${n}`);
});
