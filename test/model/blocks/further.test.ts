/** Blocks whose goldens were made beside this test: `test/data/blocks/make/blocks.py`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silu } from '../../../model/blocks/activations.ts';
import { additivePooling, probePooling } from '../../../model/blocks/attention-pooling.ts';
import { autoencoder, variationalAutoencoder } from '../../../model/blocks/autoencoder.ts';
import { gatedFeedForward } from '../../../model/blocks/feed-forward.ts';
import { discriminator, type GanLayer, generator } from '../../../model/blocks/gan.ts';
import { graphAttention } from '../../../model/blocks/graph-attention.ts';
import { mixtureOfExperts } from '../../../model/blocks/mixture-of-experts.ts';
import { copyOrGenerate, pointerAttention } from '../../../model/blocks/pointer-attention.ts';
import { assertTensor } from '../compare.ts';
import { fixture, Goldens } from '../goldens.ts';
import { moduleOf, ops, TOLERANCE } from './blocks.ts';

const read = (topic: string): Goldens => Goldens.read(fixture('blocks', `${topic}.safetensors`));

describe('mixture of experts', () => {
  const golden = read('mixture-of-experts');
  for (const renormalised of [true, false]) {
    test(renormalised ? 'weights of the chosen experts sum to 1' : 'weights are left as they are', () => {
      const module = moduleOf(golden);
      const expert = (index: number, x: typeof input) => {
        const at = module.at(`experts.${index}`);
        return gatedFeedForward({ gate: at.at('w1'), up: at.at('w3'), down: at.at('w2') }, x, { width: 6, inner: 11, f: silu });
      };
      const input = golden.get('input/x');
      const y = mixtureOfExperts(module.at('gate'), input, { width: 6, experts: 5, chosen: 2, renormalised }, expert);
      assertTensor(y, golden.get(`output/${renormalised ? 'renormalised' : 'plain'}`), TOLERANCE);
      assertTensor(module.build.stage('stage/gate'), golden.get('output/logits'), TOLERANCE);
    });
  }
});

describe('attention pooling', () => {
  const golden = read('attention-pooling');
  const visible = ops.cast(golden.get('input/mask'), 'bool');

  test('additive: padding has no weight', () => {
    const { vector, weights } = additivePooling(moduleOf(golden), golden.get('input/x'), visible, { width: 6, hidden: 5 });
    assertTensor(weights, golden.get('output/weights'), TOLERANCE);
    assertTensor(vector, golden.get('output/pooled'), TOLERANCE);
  });

  test('by a probe, as torch.nn.MultiheadAttention', () => {
    const { vector, weights } = probePooling(moduleOf(golden), golden.get('input/x'), visible, { width: 6, heads: 3 });
    assertTensor(weights, golden.get('output/probe_weights'), TOLERANCE);
    assertTensor(vector, golden.get('output/probe'), TOLERANCE);
  });
});

describe('graph attention', () => {
  const golden = read('graph-attention');
  for (const heading of ['joined', 'mean'] as const) {
    test(`heads ${heading}; a node that sees nobody else sees itself`, () => {
      const module = moduleOf(golden);
      const adjacency = ops.cast(golden.get('input/adjacency'), 'bool');
      const y = graphAttention(module, golden.get('input/x'), adjacency, { width: 5, heads: 3, headDim: 4, heading });
      assertTensor(module.build.stage('stage/weights'), golden.get('output/weights'), TOLERANCE);
      assertTensor(y, golden.get(`output/${heading}`), TOLERANCE);
    });
  }
});

describe('pointer attention', () => {
  const golden = read('pointer-attention');
  const given = (name: string) => golden.get(`input/${name}`);

  test('points at the source, and copies words that the vocabulary has not', () => {
    const module = moduleOf(golden);
    const visible = ops.cast(given('mask'), 'bool');
    const weights = pointerAttention(module, given('state'), given('source'), visible, { width: 6, hidden: 5 });
    assertTensor(weights, golden.get('output/weights'), TOLERANCE);
    const inputs = {
      weights,
      source: given('source'),
      state: given('state'),
      given: given('given'),
      logits: given('logits'),
      ids: given('ids'),
    };
    const probabilities = copyOrGenerate(module, inputs, { width: 6, given: 4, foreign: 2 });
    assertTensor(module.build.stage('stage/context'), golden.get('output/context'), TOLERANCE);
    assertTensor(ops.sigmoid(module.build.stage('stage/generate')), golden.get('output/p_gen'), TOLERANCE);
    assertTensor(probabilities, golden.get('output/probabilities'), TOLERANCE);
  });
});

describe('autoencoder', () => {
  const golden = read('autoencoder');
  const x = golden.get('input/x');

  test('plain: code and what is built from it', () => {
    const { code, rebuilt } = autoencoder(moduleOf(golden), x, [12, 9, 4]);
    assertTensor(code, golden.get('output/code'), TOLERANCE);
    assertTensor(rebuilt, golden.get('output/x'), TOLERANCE);
  });

  test('variational: mean, variance, a code drawn with given noise, divergence', () => {
    const said = variationalAutoencoder(moduleOf(golden), x, golden.get('input/noise'), [12, 9, 4]);
    assertTensor(said.mean, golden.get('output/mean'), TOLERANCE);
    assertTensor(said.logVariance, golden.get('output/log_variance'), TOLERANCE);
    assertTensor(said.rebuilt, golden.get('output/variational'), TOLERANCE);
    assertTensor(said.divergence, golden.get('output/divergence'), TOLERANCE);
  });
});

describe('generator and discriminator', () => {
  const golden = read('gan');
  const layer = (widths: readonly [number, number], stride: number, padding: number): GanLayer => ({
    ...{ in: widths[0], out: widths[1] },
    ...{ kernel: 4, stride, padding },
  });
  const picture = golden.get('output/picture');

  test('a picture is made of noise', () => {
    const layers = [layer([5, 8], 1, 0), layer([8, 6], 2, 1), layer([6, 3], 2, 1)];
    assertTensor(generator(moduleOf(golden).at('generator'), golden.get('input/noise'), layers), picture, TOLERANCE);
  });

  test('and judged', () => {
    const layers = [layer([3, 6], 2, 1), layer([6, 8], 2, 1), layer([8, 1], 1, 0)];
    const logit = discriminator(moduleOf(golden).at('discriminator'), picture, layers);
    assertTensor(logit, golden.get('output/logit'), TOLERANCE);
    assert.deepEqual([...logit.shape], [2]);
  });
});
