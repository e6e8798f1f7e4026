import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ropeOf } from '../../../model/architectures/rope.ts';
import { matrixOf } from '../../../model/positions/matrix.ts';
import { measureRotation } from '../../../model/positions/rotary.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { classic } from '../blocks/blocks.ts';
import { assertClose } from '../compare.ts';

const golden = classic('positions');
const CONFIGS: Readonly<Record<string, Record<string, unknown>>> = {
  plain: {},
  theta_500000: { rope_theta: 500_000 },
  linear: { rope_scaling: { rope_type: 'linear', factor: 4 } },
  llama3: {
    rope_theta: 500,
    rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 },
  },
  yarn: { max_position_embeddings: 128, rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 } },
  dynamic_long: { max_position_embeddings: 6, rope_scaling: { type: 'dynamic', factor: 2 } },
};
const WORDS: Readonly<Record<string, string>> = {
  plain: 'rotary',
  theta_500000: 'rotary',
  linear: 'rotary, linear scaling by 4',
  llama3: 'rotary, Llama 3 scaling by 8',
  yarn: 'rotary, YaRN scaling by 4',
  dynamic_long: 'rotary, dynamic NTK scaling by 2',
};
/** The tables are float32 cosines: near 1 they hold an angle to 1e-4. */
const ANGLES = { rtol: 2e-3, atol: 2e-5 };

function measured(name: string, config: Record<string, unknown> | null) {
  const [cos, sin] = ['cos', 'sin'].map((which) => matrixOf(golden.get(`rotary/${name}/${which}`)));
  const values = normaliseConfig({ max_position_embeddings: 64, rope_theta: 10_000, ...config });
  const settings = config ? [ropeOf(values, 8)] : [];
  return measureRotation(sin!, cos!, { where: 'x', layout: null, settings, picture: false })!;
}

describe('rotary tables, measured', () => {
  for (const [name, config] of Object.entries(CONFIGS)) {
    it(`${name}: frequencies and scaling, with the configuration`, () => {
      const rotation = measured(name, config);
      const frequencies = golden.get(`rotary/${name}/inv_freq`).data as Float32Array;
      assertClose(Float32Array.from(rotation.frequencies), frequencies, ANGLES, name);
      assert.equal(rotation.words, WORDS[name]);
      assert.equal(rotation.layout, 'half');
    });
  }

  it('tells the base and that something was scaled without a configuration', () => {
    assert.equal(Number(measured('theta_500000', null).base!.toPrecision(3)), 500_000);
    assert.match(measured('llama3', null).words, /slowed down/);
  });

  it('does not take a configuration at its word', () => {
    const rotation = measured('plain', CONFIGS.llama3!);
    assert.equal(rotation.words, 'rotary');
    assert.equal(Number(rotation.base!.toPrecision(3)), 10_000);
  });

  it('gives the factor on cosines and sines, which YaRN has', () => {
    const { cos, sin } = { cos: golden.get('rotary/yarn/cos').data[0]!, sin: golden.get('rotary/yarn/sin').data[0]! };
    assert.ok(Math.abs(measured('yarn', CONFIGS.yarn!).factor - Math.hypot(Number(cos), Number(sin))) < 1e-6);
    assert.ok(measured('yarn', CONFIGS.yarn!).factor > 1.1);
  });

  it('refuses two tables that are no cosine and sine', () => {
    const cos = matrixOf(golden.get('rotary/plain/cos'));
    assert.equal(measureRotation(cos, cos, { where: 'x', layout: null, settings: [], picture: false }), null);
  });
});
