/** Metrics of real attention maps against numpy and networkx (test/data/metrics/make/make.py), in float64 from the definitions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionFlow } from '../../../model/metrics/flow.ts';
import { metrics } from '../../../model/metrics/index.ts';
import { linkScore } from '../../../model/metrics/link.ts';
import { rollout } from '../../../model/metrics/rollout.ts';
import { valueNorms, valueWeighted } from '../../../model/metrics/value-norm.ts';
import { assertClose } from '../compare.ts';
import { fixture, Goldens, readJson } from '../goldens.ts';

interface Expected {
  readonly ids: readonly number[];
  readonly special: readonly boolean[];
  readonly heads: readonly (readonly Readonly<Record<string, number | null>>[])[];
  readonly rollout: readonly (readonly (readonly number[])[])[];
  readonly flow: { readonly position: number; readonly values: readonly number[] };
}

const expected = readJson<Record<string, Expected> & { readonly valueNorms: readonly number[] }>(fixture('metrics', 'metrics.json'));
const goldens = Goldens.read(fixture('metrics', 'maps.safetensors'));
/** The maps are float32; sums are taken in doubles on both sides. */
const close = { rtol: 1e-6, atol: 1e-7 };

for (const model of ['headlight-gpt', 'headlight-bert']) {
  const { ids, special, heads, rollout: mixed, flow } = expected[model]!;
  const { data, shape } = goldens.get(`${model}/maps`);
  const [, H, T] = shape as [number, number, number];
  const layers = heads.map((_, l) => (data as Float32Array).subarray(l * H * T * T, (l + 1) * H * T * T));

  test(`${model}: every metric of every head`, () => {
    heads.forEach((layer, l) => {
      layer.forEach((values, h) => {
        const weights = layers[l]!.subarray(h * T * T, (h + 1) * T * T);
        assert.deepEqual(Object.keys(values).sort(), metrics.map(({ id }) => id).sort());
        for (const metric of metrics) {
          const value = metric.perHead(weights, T, T, { keyIds: ids, special });
          assertClose([value], [values[metric.id] ?? Number.NaN], close, `${metric.id} of layer ${l}, head ${h}`);
        }
      });
    });
  });

  test(`${model}: rollout after every layer, rows sum to 1`, () => {
    rollout(layers, H, T).forEach((map, l) => {
      assertClose(map, mixed[l]!.flat(), { rtol: 1e-5, atol: 1e-7 }, `rollout after layer ${l}`, [T, T]);
      for (let t = 0; t < T; t++) assertClose([map.subarray(t * T, (t + 1) * T).reduce((a, b) => a + b, 0)], [1], { rtol: 0, atol: 1e-6 });
    });
  });

  test(`${model}: attention flow equals networkx's maximum flow`, () => {
    assertClose(attentionFlow(layers, H, T, flow.position), flow.values, { rtol: 1e-5, atol: 1e-7 }, 'flow');
  });
}

test('a flow is as wide as the narrowest place on its way, and ways add up', () => {
  // One layer, no mixing but the own token: half stays, half goes to token 0.
  const half = Float32Array.of(1, 0, 1, 0);
  assertClose(attentionFlow([half], 1, 2, 1), [0.5, 0.5], close);
  // Two layers: from 1 to 0 by 1→1→0 (0.5) and 1→0→0 (0.5).
  assertClose(attentionFlow([half, half], 1, 2, 1), [1, 0.5], close);
});

test('value norms and value-weighted attention', () => {
  const [values, output] = [goldens.get('values'), goldens.get('output')];
  const norms = valueNorms(values.data as Float32Array, output.data as Float32Array, 7, 5, 11);
  assertClose(norms, expected.valueNorms, close);
  const weights = Float32Array.from({ length: 14 }, (_, n) => n / 14);
  assertClose(
    valueWeighted(weights, norms, 2, 7),
    Array.from(weights, (w, n) => w * expected.valueNorms[n % 7]!),
    close,
  );
  assert.throws(() => valueNorms(new Float32Array(3), new Float32Array(55), 7, 5, 11), /expected S·d = 35/);
});

test('the link of two spans is the weight from one to the other', () => {
  const weights = Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.25, 0.25);
  assertClose([linkScore(weights, 2, 3, [0, 1], [1, 2])], [0.7], close);
  assert.throws(() => linkScore(weights, 2, 3, [2], [0]), /Spans \[2\]/);
  assert.throws(() => linkScore(weights, 2, 3, [], [0]), /Spans/);
});

test('wrong sizes are refused with the numbers', () => {
  assert.throws(() => rollout([new Float32Array(7)], 2, 2), /2 heads over 2 tokens have 8 weights, but 7/);
  assert.throws(() => attentionFlow([new Float32Array(4)], 1, 2, 2), /no position 2 among 2/);
});
