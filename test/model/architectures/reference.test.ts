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

describe('checkpoints in the reference', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const golden = await openGolden(name);
      for (const letter of golden.cases) {
        const inputs = inputsOf(golden, letter);
        const isEncoderDecoder = 'decoder_input_ids' in inputs;
        const actual = await runReference(golden.checkpoint, inputs, { stages: 'all' });
        const wrong: string[] = [];
        for (const [key, expected] of expectationsOf(golden, letter)) {
          if (WITHOUT_COUNTERPART.some(({ stage }) => stage.test(key))) continue;
          const value = actual.get(stageName(key, isEncoderDecoder));
          const error =
            value === undefined ? Number.NaN : errorOfScale(inGoldenLayout(key, value, expected), expected, queryMask(inputs, key));
          if (!(error <= TOLERANCE))
            wrong.push(`${letter}/${key}: ${value === undefined ? 'not computed' : `error ${error} of the scale`}`);
        }
        assert.deepEqual(wrong, []);
      }
    });
  }
});
