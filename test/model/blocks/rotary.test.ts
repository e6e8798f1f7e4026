import { describe, test } from 'node:test';
import { ropeOf } from '../../../model/architectures/rope.ts';
import { rotaryTables, rotate } from '../../../model/blocks/positions/rotary.ts';
import { rotaryFrequencies } from '../../../model/blocks/positions/rotary-frequencies.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { assertTensor } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('positions');
const positions = golden.get('rotary/position_ids');
const HEAD_DIM = 8;

const CONFIGS: Record<string, Record<string, unknown>> = {
  plain: {},
  theta_500000: { rope_theta: 500_000 },
  linear: { rope_scaling: { rope_type: 'linear', factor: 4 } },
  llama3: {
    rope_theta: 500,
    rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 },
  },
  yarn: { max_position_embeddings: 128, rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 } },
  dynamic_short: { rope_scaling: { rope_type: 'dynamic', factor: 2 } },
  dynamic_long: { max_position_embeddings: 6, rope_scaling: { type: 'dynamic', factor: 2 } },
};

const settingsOf = (name: string) =>
  ropeOf(normaliseConfig({ max_position_embeddings: 64, rope_theta: 10_000, ...CONFIGS[name] }), HEAD_DIM);

describe('rotary positions', () => {
  for (const name of Object.keys(CONFIGS)) {
    test(`${name}: frequencies, cos, sin`, () => {
      const settings = settingsOf(name);
      assertTensor(rotaryFrequencies(ops, settings, positions), golden.get(`rotary/${name}/inv_freq`), TOLERANCE, 'frequencies');
      const { cos, sin } = rotaryTables(ops, positions, settings);
      assertTensor(cos, golden.get(`rotary/${name}/cos`), TOLERANCE, 'cos');
      assertTensor(sin, golden.get(`rotary/${name}/sin`), TOLERANCE, 'sin');
    });
  }

  for (const name of ['plain', 'llama3']) {
    test(`${name}: halves of query and key turned`, () => {
      const tables = rotaryTables(ops, positions, settingsOf(name));
      for (const which of ['query', 'key']) {
        assertTensor(
          rotate(ops, golden.get(`rotary/${which}`), tables, HEAD_DIM),
          golden.get(`rotary/${name}/half/${which}`),
          TOLERANCE,
          which,
        );
      }
    });
  }

  test('interleaved pairs turned', () => {
    const tables = rotaryTables(ops, positions, settingsOf('plain'), 'interleaved');
    for (const which of ['query', 'key']) {
      assertTensor(
        rotate(ops, golden.get(`rotary/${which}`), tables, HEAD_DIM),
        golden.get(`rotary/interleaved/${which}`),
        TOLERANCE,
        which,
      );
    }
  });
});
