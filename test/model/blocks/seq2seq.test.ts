import { describe, test } from 'node:test';
import { tanh } from '../../../model/blocks/activations.ts';
import { additiveScore, concatScore, dotScore, generalScore, type Memory, type Score } from '../../../model/blocks/alignment.ts';
import { embedding } from '../../../model/blocks/embedding.ts';
import { linear } from '../../../model/blocks/linear.ts';
import { lstm } from '../../../model/blocks/lstm.ts';
import { Module } from '../../../model/blocks/module.ts';
import { recurrent, zeroState } from '../../../model/blocks/recurrent.ts';
import { bahdanauDecoder, luongDecoder } from '../../../model/blocks/seq2seq.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertTensor } from '../compare.ts';
import { builderWith, classic, ops } from './blocks.ts';

/** Of seven steps, each of which builds on the rounding of the one before. */
const TOLERANCE = { rtol: 1e-5, atol: 5e-6 };
const STAGES = ['scores', 'weights', 'context', 'hidden', 'cell', 'attentional'];
const [E, D, V, INNER] = [14, 24, 29, 11];

const golden = classic('seq2seq');
const builder = builderWith(new Map([...golden.under('weight/')].map(([name, weight]) => [name.replaceAll('/', '.'), weight])));
const root = new Module(builder, '');
const visible = ops.less(ops.unsqueeze(ops.range(0, 9), [0]), ops.unsqueeze(golden.get('input/length'), [1])); // [2, 9]
const words = (name: string): Tensor => embedding(root.at(`${name}_embedding`), golden.get(`input/${name}`), V, E);

function encode(bidirectional: boolean) {
  const directions = bidirectional ? 2 : 1;
  const start = [0, 1].map(() => ops.constantOfShape([directions, 2, D]));
  const settings = { in: E, hidden: D, layers: 1, bidirectional, mask: visible };
  return recurrent(root.at(bidirectional ? 'encoder_bidirectional' : 'encoder'), lstm, words('source'), start, settings);
}

function assertDecoder(name: string, logits: Tensor): void {
  for (const stage of STAGES) assertTensor(builder.stage(`stage/${name}.${stage}`), golden.get(`${name}/${stage}`), TOLERANCE, stage);
  assertTensor(logits, golden.get(`${name}/logits`), TOLERANCE, 'logits');
}

test('encoders leave padding out, forward and in both directions', () => {
  const { states, last } = encode(false);
  assertTensor(states, golden.get('encoder/states'), TOLERANCE, 'states');
  assertTensor(last[0]!, golden.get('encoder/h'), TOLERANCE, 'hidden');
  assertTensor(last[1]!, golden.get('encoder/c'), TOLERANCE, 'cell');
  const both = encode(true);
  assertTensor(both.states, golden.get('encoder_bidirectional/states'), TOLERANCE, 'states of both directions');
  assertTensor(both.last[0]!, golden.get('encoder_bidirectional/h'), TOLERANCE, 'last states of both directions');
});

describe("Luong's decoder", () => {
  const { states, last } = encode(false);
  const memory: Memory<Tensor> = { states, visible };
  const [hidden, cell] = last.map((state) => ops.gather(state, 0)) as [Tensor, Tensor];
  const scores: Record<string, (module: Module<Tensor>) => Score<Tensor>> = {
    dot: () => dotScore(ops, memory, 3),
    general: (module) => generalScore(module, memory, D),
    concat: (module) => concatScore(module, memory, D, INNER),
  };
  for (const [name, score] of Object.entries(scores)) {
    test(name, () => {
      const module = root.at(name);
      const sight = { memory, score: score(module) };
      const widths = { in: E, hidden: D, memory: D, vocabulary: V };
      assertDecoder(name, luongDecoder(module, words('target'), { hidden, cell }, sight, widths));
    });
  }
});

test("Bahdanau's decoder", () => {
  const { states, last } = encode(true);
  const memory: Memory<Tensor> = { states, visible };
  const module = root.at('bahdanau');
  const backward = ops.gather(last[0]!, 1);
  const hidden = tanh(ops, linear(module.at('start'), backward, { in: D, out: D }));
  const score = additiveScore(module, memory, { state: D, memory: 2 * D }, INNER);
  const widths = { in: E, hidden: D, memory: 2 * D, vocabulary: V };
  const first = { hidden, cell: zeroState(ops, hidden, D) };
  assertDecoder('bahdanau', bahdanauDecoder(module, words('target'), first, { memory, score }, widths));
});
