import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Builder } from '../../../model/architectures/builder.ts';
import { gelu, relu } from '../../../model/blocks/activations.ts';
import { Module } from '../../../model/blocks/module.ts';
import { transformer } from '../../../model/blocks/transformer.ts';
import { decoderLayer, encoderLayer, type TransformerSettings } from '../../../model/blocks/transformer-layers.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertTensor } from '../compare.ts';
import type { Goldens } from '../goldens.ts';
import { builderOf, builderWith, classic, ops } from './blocks.ts';

/** Of several sublayers, each of which adds up numbers up to 4 in another order. */
const TOLERANCE = { rtol: 1e-5, atol: 5e-6 };

const SIZES = { width: 24, heads: 3, inner: 37 };

/** Masks of PyTorch say what is hidden. */
const visibleOf = (golden: Goldens, name: string): Tensor => ops.not(ops.cast(golden.get(`input/${name}`), 'bool'));

/** Every stage of the golden under `prefix`; fails when there is none. */
function assertStages(builder: Builder<Tensor>, golden: Goldens, prefix: string, path = ''): void {
  const stages = [...golden.under(`${prefix}/stage/`)];
  assert.ok(stages.length > 0, `${prefix} has stages`);
  for (const [name, expected] of stages) assertTensor(builder.stage(`stage/${path}${name}`), expected, TOLERANCE, name);
}

describe('layers of the Transformer', () => {
  const golden = classic('transformer_layers');
  const [source, target] = [golden.get('input/source'), golden.get('input/target')];
  const unpadded = ops.unsqueeze(visibleOf(golden, 'source_padding'), [1, 2]);
  const cases: Record<string, Pick<TransformerSettings, 'f' | 'normFirst'>> = {
    encoder_post_relu: { f: relu, normFirst: false },
    encoder_post_gelu: { f: gelu, normFirst: false },
    encoder_pre_relu: { f: relu, normFirst: true },
    decoder_post: { f: relu, normFirst: false },
    decoder_pre: { f: relu, normFirst: true },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, () => {
      const builder = builderOf(golden, `weight/${name}/`);
      const module = new Module(builder, '');
      const isEncoder = name.startsWith('encoder');
      const place = { layer: 0, visible: visibleOf(golden, 'causal'), memory: source, visibleMemory: unpadded };
      const y = isEncoder
        ? encoderLayer(module, source, { kind: 'encoder', layer: 0, visible: unpadded }, { ...SIZES, ...options })
        : decoderLayer(module, target, place, { ...SIZES, ...options });
      assertTensor(y, golden.get(`${name}/output/y`), TOLERANCE, 'output');
      assertStages(builder, golden, name);
      const weights = builder.stage(`attention/${isEncoder ? 'encoder' : 'decoder'}/0/weights`);
      assertTensor(weights, golden.get(`${name}/attention/self_attn`), TOLERANCE, 'self-attention');
      if (!isEncoder)
        assertTensor(builder.stage('attention/cross/0/weights'), golden.get(`${name}/attention/multihead_attn`), TOLERANCE, 'cross');
    });
  }
});

test('the Transformer of 2017: embeddings, every stage, attention, logits', () => {
  const golden = classic('transformer');
  // The golden file has a slash between a part and its weights; a module's path has dots.
  const builder = builderWith(new Map([...golden.under('weight/')].map(([name, weight]) => [name.replace('/', '.'), weight])));
  const at = (name: string) => new Module(builder, name);
  const inputs = {
    ...{ source: golden.get('input/source_ids'), target: golden.get('input/target_ids') },
    ...{ visibleSource: null, visibleTarget: visibleOf(golden, 'causal') },
  };
  const sizes = { ...SIZES, f: relu, normFirst: false, encoderLayers: 2, decoderLayers: 3, sourceVocabulary: 31, targetVocabulary: 27 };
  const parts = { transformer: at('transformer'), sourceEmbedding: at('source_embedding'), targetEmbedding: at('target_embedding') };
  const logits = transformer(parts, inputs, sizes);
  assertTensor(logits, golden.get('output/logits'), TOLERANCE, 'logits');
  for (const side of ['source', 'target']) {
    assertTensor(builder.stage(`stage/${side}_embedding.embedded`), golden.get(`embedded/${side}`), TOLERANCE, side);
  }
  assertStages(builder, golden, 'model', 'transformer.');
  const attention = [...golden.under('model/attention/')];
  assert.equal(attention.length, 2 + 3 + 3);
  for (const [name, expected] of attention) {
    const [side, , layer, part] = name.split('.');
    const kind = part === 'multihead_attn' ? 'cross' : side;
    assertTensor(builder.stage(`attention/${kind}/${layer}/weights`), expected, TOLERANCE, name);
  }
});
