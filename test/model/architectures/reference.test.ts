/**
 * Every golden checkpoint, computed by the reference: every stage that the golden file has.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runReference } from '../../../model/architectures/reference.ts';
import { familyTypes } from '../../../model/architectures/registry.ts';
import {
  errorOfScale,
  expectationsOf,
  goldenNames,
  hasTwoStacks,
  inGoldenLayout,
  inputsOf,
  modelTypeOf,
  openGolden,
  queryMask,
  stageName,
} from './checkpoints.ts';

/** Part of the golden's scale: the rounding of float32 in another order of additions. */
const TOLERANCE = 1e-5;

/** Stages of goldens that have no counterpart, with the reason. Outputs, attention and hidden states must always have one. */
const WITHOUT_COUNTERPART: readonly { readonly stage: RegExp; readonly reason: string }[] = [
  {
    stage: /word_emb\.emb_layers\.\d+$/,
    reason: 'Transformer-XL looks up the words of a cluster only; here every word is looked up in every cluster',
  },
];

/** Stages that come from float32 numbers which the golden's library rounds in its own way, with the tolerance that this takes. */
const ROUNDED_OTHERWISE: readonly { readonly stage: RegExp; readonly tolerance: number; readonly reason: string }[] = [
  {
    stage: /emb\.time_proj$/,
    tolerance: 1e-4,
    reason: 'waves of a time up to 1000: the last bit of a speed, 2^-24, is an angle of 6e-5',
  },
];

const toleranceOf = (key: string): number => ROUNDED_OTHERWISE.find(({ stage }) => stage.test(key))?.tolerance ?? TOLERANCE;

describe('checkpoints in the reference', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const golden = await openGolden(name);
      for (const letter of golden.cases) {
        const inputs = inputsOf(golden, letter);
        const isEncoderDecoder = hasTwoStacks(golden, letter);
        const actual = await runReference(golden.checkpoint, inputs, { stages: 'all' });
        const wrong: string[] = [];
        for (const [key, expected] of expectationsOf(golden, letter)) {
          if (WITHOUT_COUNTERPART.some(({ stage }) => stage.test(key))) continue;
          const value = actual.get(stageName(key, isEncoderDecoder));
          const error =
            value === undefined ? Number.NaN : errorOfScale(inGoldenLayout(key, value, expected), expected, queryMask(inputs, key));
          if (!(error <= toleranceOf(key)))
            wrong.push(`${letter}/${key}: ${value === undefined ? 'not computed' : `error ${error} of the scale`}`);
        }
        assert.deepEqual(wrong, []);
      }
    });
  }
});
