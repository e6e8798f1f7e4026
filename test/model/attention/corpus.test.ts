/**
 * Attention in graphs of every exporter, optimiser and operator: found, counted, laid out and equal to golden weights that other code made.
 *
 * Goldens: test/data/onnx (exports) and test/data/patterns (graphs written for what no export at hand has); see their make/. A case fails on a site too many, a site missed, a wrong kind, layer, head count or length, on weights
 * outside the golden's own tolerance, on a refusal that is missing or was not wanted, and where a head rebuilt from q and k, or a
 * thumbnail, is not what the kept weights say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../compare.ts';
import { fixture, Goldens } from '../goldens.ts';
import { type Case, casesIn, distance, Probed, pooledByHand } from './corpus.ts';

/** Rounding of one path against another, in float32: both compute the same formula. */
const SAME = { rtol: 0, atol: 1e-5 };

/**
 * Files whose golden run used other kernels than wasm has: native builds round activations to 8 bits before a 4-bit product
 * (accuracy_level 4), wasm computes it in float32.
 */
const OTHER_KERNELS: ReadonlyMap<string, number> = new Map([['llama.genai.int4', 3e-2]]);

/** How far a fused operator's output may be from weights · values, as a part of the largest output (half precision: 2⁻¹⁰). */
const CHECK = 1e-3;

async function weightsAreGolden(one: Case, probed: Probed): Promise<void> {
  const goldens = Goldens.read(one.tensors);
  const tolerance = OTHER_KERNELS.get(one.name) ?? one.golden.tolerance;
  const run = await probed.weights();
  for (const [site, weights] of run.weights) {
    const key = probed.goldenKey(site);
    const error = distance(weights, goldens.get(key), one.golden.validRows);
    assert.ok(error <= tolerance, `${site.key}: largest error ${error}, allowed ${tolerance}`);
    const check = run.errors.get(site) ?? 0;
    assert.ok(check <= CHECK, `${site.key}: weights · values are ${check} away from the operator's own output`);
  }
  const own = [...goldens.under('output/').keys()].filter((name) => !run.outputs.has(name) && run.outputs.size > 0);
  assert.deepEqual(
    own.filter((name) => !/^present|attentions/.test(name)),
    [],
    'outputs of the file that are lost',
  );
  for (const [site, { heads, thumbnails }] of await probed.vectors()) {
    const kept = run.weights.get(site)!;
    assertClose(heads.data, kept.data, SAME, `${site.key}, heads on demand`);
    assertClose(thumbnails.data, pooledByHand(kept), SAME, `${site.key}, thumbnails`);
  }
}

const FACTS = ['causal', 'window', 'sink', 'kvHeads'] as const;

const cases = [...casesIn(fixture('onnx')), ...casesIn(fixture('patterns'))];

test('the corpus is there', () => {
  assert.ok(cases.length >= 175, `${cases.length} cases`);
});

for (const one of cases) {
  test(`attention in ${one.name}`, async () => {
    const probed = new Probed(one);
    const { sites, refused } = probed.found;
    assert.deepEqual(sites.map((s) => probed.goldenKey(s)).sort(), one.golden.sites.map((s) => s.key).sort(), 'sites');
    for (const site of sites) {
      const golden = one.golden.sites.find(({ key }) => key === probed.goldenKey(site))!;
      for (const fact of FACTS) if (golden[fact] !== undefined) assert.equal(site[fact], golden[fact], `${site.key}: ${fact}`);
    }
    assert.equal(refused.length > 0, one.golden.refuse.length > 0, `refused: ${JSON.stringify(refused)}`);
    for (const refusal of refused) assert.ok(refusal.where && refusal.reason, 'a refusal says where and why');
    if (sites.length > 0) await weightsAreGolden(one, probed);
  });
}

/** Half-precision outputs are compared as weights alone; score outputs before softmax hold whatever the operator leaves where nothing may be seen. */
const NOT_COMPARED = /fp16|qk-output-1|ragged/;

for (const one of cases.filter((c) => c.name.startsWith('operators/') && c.golden.sites.length > 0)) {
  test(`plain operators in the place of ${one.name}`, async () => {
    const probed = new Probed(one, true);
    const goldens = Goldens.read(one.tensors);
    const { weights, outputs } = await probed.weights();
    for (const [site, w] of weights) {
      const error = distance(w, goldens.get(probed.goldenKey(site)), one.golden.validRows);
      assert.ok(error <= one.golden.tolerance, `${site.key}: largest error ${error}`);
    }
    if (NOT_COMPARED.test(one.name)) return;
    const atol = one.golden.outputTolerance;
    for (const [name, expected] of goldens.under('output/')) {
      const own = outputs.get(name);
      assert.ok(own, `output ${name}`);
      assertClose(own.data as Float32Array, expected.data as Float32Array, { rtol: atol, atol }, name, expected.shape);
    }
  });
}
