import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AttentionSettings, attention } from '../../../model/blocks/attention.ts';
import { causalMask, distances, windowMask } from '../../../model/blocks/masks.ts';
import { Module } from '../../../model/blocks/module.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { assertClose, assertTensor, EXACT } from '../compare.ts';
import { builderOf, classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('attention');
const [query, key, value] = ['query', 'key', 'value'].map((name) => golden.get(`input/${name}`)) as [Tensor, Tensor, Tensor];
const SIZES = { kind: 'self', layer: 0, heads: 3, headDim: 8, valueDim: 11 } as const;

function run(settings: Partial<AttentionSettings<Tensor>>, k = key, v = value) {
  const builder = builderOf(golden);
  attention(new Module(builder, ''), { query, key: k, value: v }, { ...SIZES, ...settings });
  return { at: (stage: string) => builder.stage(`attention/self/0/${stage}`), site: builder.sites[0]! };
}

const maskOf = (name: string): Tensor => {
  const mask = golden.get(`${name}/mask`);
  return mask.dtype === 'float32' ? mask : { ...mask, dtype: 'bool' };
};

/** [B, H, T, d] side by side: [B, T, H·d] */
const merged = (output: Tensor): Tensor => ops.reshape(ops.transpose(output, [0, 2, 1, 3]), [0, 0, -1]);

describe('scaled dot-product attention', () => {
  const cases: Record<string, Partial<AttentionSettings<Tensor>>> = {
    plain: {},
    unscaled: { scale: 1 },
    ...Object.fromEntries(['masked', 'causal', 'causal_start', 'dead_row', 'window'].map((name) => [name, { visible: maskOf(name) }])),
    bias: { bias: maskOf('bias') },
  };
  for (const [name, settings] of Object.entries(cases)) {
    test(name, () => {
      const { at } = run(settings);
      assertTensor(at('weights'), golden.get(`${name}/weights`), TOLERANCE, 'weights');
      assertTensor(at('context'), merged(golden.get(`${name}/output`)), TOLERANCE, 'context');
      const visible = settings.visible;
      const scores = visible ? ops.where(visible, at('scores'), -3.4028234663852886e38) : at('scores');
      const expected = golden.get(`${name}/scores`);
      for (let i = 0; i < expected.data.length; i++) {
        if (Number(expected.data[i]) > -1e30) assertClose([Number(scores.data[i])], [Number(expected.data[i])], TOLERANCE, `scores ${i}`);
        else assert.ok(Number(scores.data[i]) < -1e30);
      }
    });
  }

  test('one key and value head for all query heads', () => {
    const { at, site } = run({ kvHeads: 1 }, golden.get('grouped/key'), golden.get('grouped/value'));
    assertTensor(at('context'), merged(golden.get('grouped/output')), TOLERANCE);
    assert.equal(site.kvHeads, 1);
  });

  test('a cap on the scores', () => {
    assertTensor(run({ softcap: 2.5 }).at('weights'), golden.get('softcap/weights'), TOLERANCE);
  });

  test('an encoder, where no query is blind, needs no second mask and gives the same', () => {
    assertTensor(run({ visible: maskOf('masked'), mayBeBlind: false }).at('weights'), golden.get('masked/weights'), TOLERANCE);
  });
});

test('masks by distance: causal from the start, and a window of four keys at the end', () => {
  const [queries, keys] = [ops.range(0, 7), ops.range(0, 11)];
  const same = (actual: Tensor, name: string) => assertTensor({ ...actual, dtype: 'uint8' }, golden.get(`${name}/mask`), EXACT, name);
  same(causalMask(ops, distances(ops, queries, keys)), 'causal_start');
  const atEnd = distances(ops, ops.range(4, 11), keys);
  same(causalMask(ops, atEnd), 'causal');
  same(ops.and(causalMask(ops, atEnd), windowMask(ops, atEnd, 4)), 'window');
});
