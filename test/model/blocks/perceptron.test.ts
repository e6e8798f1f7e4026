import { describe, test } from 'node:test';
import { relu, tanh } from '../../../model/blocks/activations.ts';
import { linear } from '../../../model/blocks/linear.ts';
import { Module } from '../../../model/blocks/module.ts';
import { multilayerPerceptron, type PerceptronState, perceptron, perceptronEpoch } from '../../../model/blocks/perceptron.ts';
import { assertClose, assertTensor, EXACT } from '../compare.ts';
import { builderOf, classic, moduleOf, ops, TOLERANCE } from './blocks.ts';

describe('linear layer', () => {
  const golden = classic('linear');
  const x = golden.get('input/x');

  test('with bias', () => {
    assertTensor(linear(moduleOf(golden, 'weight/linear/'), x, { in: 24, out: 37 }), golden.get('output/linear'), TOLERANCE);
  });

  test('without bias', () => {
    assertTensor(linear(moduleOf(golden, 'weight/no_bias/'), x, { in: 24, out: 5 }), golden.get('output/no_bias'), TOLERANCE);
  });
});

describe('perceptron', () => {
  const golden = classic('linear');

  test('says yes where the sum is above zero', () => {
    const builder = builderOf(golden, 'weight/perceptron/');
    const output = perceptron(new Module(builder, ''), golden.get('perceptron/x'), { in: 3, out: 1 });
    assertTensor(builder.stage('stage/'), golden.get('perceptron/sum'), TOLERANCE, 'sum');
    assertTensor(output, golden.get('perceptron/output'), EXACT, 'output');
  });

  test('learns AND, pass by pass', () => {
    const numbers = (name: string) => [...(golden.get(`perceptron/and/${name}`).data as Float32Array)];
    const points = numbers('points');
    const examples = numbers('target').map((target, i) => ({ point: [points[2 * i]!, points[2 * i + 1]!], target }));
    const trace: number[] = [];
    let state: PerceptronState = { weights: [0, 0], bias: 0 };
    for (let epoch = 0; epoch < 12; epoch++) {
      state = perceptronEpoch(state, examples);
      trace.push(...state.weights, state.bias);
    }
    assertClose(trace, golden.get('perceptron/and/weights_after_epoch').data as Float32Array, EXACT);
  });
});

test('multilayer perceptron: every stage and the probabilities', () => {
  const golden = classic('mlp');
  const builder = builderOf(golden, 'weight/');
  const y = multilayerPerceptron(new Module(builder, ''), golden.get('input/x'), [24, 37, 11, 3], [tanh, relu]);
  for (let stage = 0; stage < 5; stage++)
    assertTensor(builder.stage(`stage/${stage}`), golden.get(`stage/${stage}`), TOLERANCE, `stage ${stage}`);
  assertTensor(ops.softmax(y), golden.get('output/probabilities'), TOLERANCE, 'probabilities');
});
