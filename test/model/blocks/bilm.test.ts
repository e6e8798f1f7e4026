import { test } from 'node:test';
import { bilm, scalarMix } from '../../../model/blocks/bilm.ts';
import { characterEncoder } from '../../../model/blocks/character-encoder.ts';
import { Module } from '../../../model/blocks/module.ts';
import { assertTensor } from '../compare.ts';
import { builderWith, classic, ops, TOLERANCE } from './blocks.ts';

test('ELMo: characters, highway, both language models with padding, the mix', () => {
  const golden = classic('elmo');
  const builder = builderWith(new Map([...golden.under('weight/')].map(([name, weight]) => [name.replace('/', '.'), weight])));
  const root = new Module(builder, '');
  const filters = [1, 2, 3].map((size) => ({ size, count: size + 2 }));
  const words = characterEncoder(root, golden.get('input/characters'), { characters: 40, width: 5, filters, out: 14 });
  assertTensor(builder.stage('stage/convolutions'), golden.get('stage/convolutions'), TOLERANCE, 'convolutions');
  assertTensor(builder.stage('stage/highway.carried'), golden.get('stage/highway'), TOLERANCE, 'highway');
  assertTensor(words, golden.get('stage/tokens'), TOLERANCE, 'tokens');

  const lengths = ops.unsqueeze(golden.get('input/length'), [1]);
  const mask = ops.less(ops.unsqueeze(ops.range(0, 7), [0]), lengths);
  const layers = bilm(root, words, mask, { layers: 2, width: 14, hidden: 21 });
  for (const [layer, states] of layers.entries()) assertTensor(states, golden.get(`output/layer_${layer}`), TOLERANCE, `layer ${layer}`);
  for (const side of ['forward_0', 'forward_1', 'backward_0', 'backward_1']) {
    assertTensor(builder.stage(`stage/${side}`), golden.get(`stage/${side}`), TOLERANCE, side);
  }
  assertTensor(scalarMix(root.at('mix'), layers), golden.get('output/mix'), TOLERANCE, 'mix');
});
