/**
 * Blocks that walk along a text, written as a graph and run by onnxruntime: the weights stand in the graph itself. What the reference computes
 * of them is compared with PyTorch beside this file.
 */
import { describe, test } from 'node:test';
import * as ort from 'onnxruntime-web/wasm';
import { Builder } from '../../../model/architectures/builder.ts';
import { TensorNames } from '../../../model/architectures/names.ts';
import { tanh } from '../../../model/blocks/activations.ts';
import { additiveScore, generalScore } from '../../../model/blocks/alignment.ts';
import { bilm, scalarMix } from '../../../model/blocks/bilm.ts';
import { characterEncoder } from '../../../model/blocks/character-encoder.ts';
import { embedding } from '../../../model/blocks/embedding.ts';
import { gru } from '../../../model/blocks/gru.ts';
import { linear } from '../../../model/blocks/linear.ts';
import { lstm } from '../../../model/blocks/lstm.ts';
import { Module } from '../../../model/blocks/module.ts';
import { recurrent, zeroState } from '../../../model/blocks/recurrent.ts';
import { bahdanauDecoder, luongDecoder } from '../../../model/blocks/seq2seq.ts';
import { writeModel } from '../../../model/onnx/wire.ts';
import { emit } from '../../../model/ops/emit.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import { assertTensor } from '../compare.ts';
import type { Goldens } from '../goldens.ts';
import { classic, placesOf } from './blocks.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Kernels of onnxruntime add up in another order, and seven steps build on each other. */
const TOLERANCE = { rtol: 1e-5, atol: 1e-5 };

/** Writes a block as a graph, and runs it on the inputs that it names. */
async function runEmitted(
  golden: Goldens,
  inputs: Readonly<Record<string, Tensor>>,
  write: (root: Module<string>, given: (name: string) => string) => string,
): Promise<Tensor> {
  const weights = new Map([...golden.under('weight/')].map(([name, weight]) => [name.replaceAll('/', '.'), weight]));
  const emitter = emit();
  const builder = new Builder<string>(new TensorNames(placesOf(weights), { prefix: '' }), {
    interpreter: emitter,
    given: new Set(),
    weight: (place) => emitter.constant(weights.get(place.name)!),
    input: ({ name, dtype, shape }) => emitter.input(name, dtype, shape),
  });
  const given = (name: string): string => {
    const { dtype, shape } = inputs[name]!;
    return builder.input({ name, dtype, shape: shape.map((_, axis) => `${name}${axis}`), fill: { by: 'user' } });
  };
  emitter.output('result', write(new Module(builder, ''), given), 'float32');
  const session = await ort.InferenceSession.create(writeModel(emitter.model()), { logSeverityLevel: 3 });
  const feeds = Object.entries(inputs).map(([name, x]) => [name, new ort.Tensor(x.dtype as 'float32', x.data as Float32Array, x.shape)]);
  const { result } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return tensor('float32', result!.dims, result!.data as Float32Array);
}

describe('walks along a text in onnxruntime', () => {
  for (const [topic, layer, states] of [
    ['lstm', lstm, ['h', 'c']],
    ['gru', gru, ['h']],
  ] as const) {
    test(`${topic} in two layers and both directions`, async () => {
      const golden = classic(topic);
      const starts = Object.fromEntries(states.map((state) => [state, golden.get(`bidirectional/${state}0`)]));
      const result = await runEmitted(golden, { x: golden.get('input/x'), ...starts }, (root, given) => {
        const settings = { in: 14, hidden: 19, layers: 2, bidirectional: true };
        return recurrent(root.at('bidirectional'), layer, given('x'), states.map(given), settings).states;
      });
      assertTensor(result, golden.get('bidirectional/output'), TOLERANCE);
    });
  }

  test('ELMo', async () => {
    const golden = classic('elmo');
    const inputs = { characters: golden.get('input/characters'), length: golden.get('input/length') };
    const result = await runEmitted(golden, inputs, (root, given) => {
      const filters = [1, 2, 3].map((size) => ({ size, count: size + 2 }));
      const words = characterEncoder(root, given('characters'), { characters: 40, width: 5, filters, out: 14 });
      const { ops } = root;
      const mask = ops.less(ops.unsqueeze(ops.range(0, 7), [0]), ops.unsqueeze(given('length'), [1]));
      return scalarMix(root.at('mix'), bilm(root, words, mask, { layers: 2, width: 14, hidden: 21 }));
    });
    assertTensor(result, golden.get('output/mix'), TOLERANCE);
  });

  for (const kind of ['general', 'bahdanau'] as const) {
    test(`sequence to sequence, ${kind}`, async () => {
      const golden = classic('seq2seq');
      const inputs = Object.fromEntries(['source', 'target', 'length'].map((name) => [name, golden.get(`input/${name}`)]));
      const result = await runEmitted(golden, inputs, (root, given) => translate(root, given, kind));
      assertTensor(result, golden.get(`${kind}/logits`), TOLERANCE);
    });
  }
});

/** The whole model, from the ids of source and target to the logits. */
function translate<T>(root: Module<T>, given: (name: string) => T, kind: 'general' | 'bahdanau'): T {
  const { ops } = root;
  const [E, D, V] = [14, 24, 29];
  const bidirectional = kind === 'bahdanau';
  const mask = ops.less(ops.unsqueeze(ops.range(0, 9), [0]), ops.unsqueeze(given('length'), [1]));
  const words = (name: string): T => embedding(root.at(`${name}_embedding`), given(name), V, E);
  const start = [0, 1].map(() => ops.constantOfShape([bidirectional ? 2 : 1, 2, D]));
  const encoder = root.at(bidirectional ? 'encoder_bidirectional' : 'encoder');
  const { states, last } = recurrent(encoder, lstm, words('source'), start, { in: E, hidden: D, layers: 1, bidirectional, mask });
  const memory = { states, visible: mask };
  const module = root.at(kind);
  const widths = { in: E, hidden: D, memory: bidirectional ? 2 * D : D, vocabulary: V };
  if (!bidirectional) {
    const first = { hidden: ops.gather(last[0]!, 0), cell: ops.gather(last[1]!, 0) };
    return luongDecoder(module, words('target'), first, { memory, score: generalScore(module, memory, D) }, widths);
  }
  const hidden = tanh(ops, linear(module.at('start'), ops.gather(last[0]!, 1), { in: D, out: D }));
  const score = additiveScore(module, memory, { state: D, memory: 2 * D }, 11);
  return bahdanauDecoder(module, words('target'), { hidden, cell: zeroState(ops, hidden, D) }, { memory, score }, widths);
}
