/**
 * Every golden checkpoint, run by onnxruntime from the graph that is written for it: attention, hidden states and outputs.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { fillInputs } from '../../../model/architectures/fill.ts';
import { familyTypes } from '../../../model/architectures/registry.ts';
import {
  errorOfScale,
  expectationsOf,
  goldenNames,
  hasTwoStacks,
  inputsOf,
  modelTypeOf,
  openGolden,
  queryMask,
  stageName,
} from './checkpoints.ts';
import { runOrt } from './ort.ts';

/** Part of the golden's scale: kernels of onnxruntime add up in another order than PyTorch's. */
const TOLERANCE = 1e-4;

describe('emitted graphs in onnxruntime', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const golden = await openGolden(name);
      assert.ok(golden.cases.length > 0, 'the golden file has cases');
      for (const letter of golden.cases) {
        const inputs = inputsOf(golden, letter);
        const isEncoderDecoder = hasTwoStacks(golden, letter);
        const wanted = [...expectationsOf(golden, letter)].filter(([key]) => !key.startsWith('stage/'));
        const stages = wanted.filter(([key]) => !key.startsWith('output/')).map(([key]) => stageName(key, isEncoderDecoder));
        const emitted = emitModel(golden.checkpoint, { given: Object.keys(inputs), stages });
        const actual = await runOrt(golden.checkpoint, emitted, fillInputs(emitted.inputs, inputs));
        for (const [key, expected] of wanted) {
          const value = actual.get(stageName(key, isEncoderDecoder).replace(/^output\//, ''));
          assert.ok(value, `${letter}/${key} is computed`);
          const error = errorOfScale(value, expected, queryMask(inputs, key));
          assert.ok(error <= TOLERANCE, `${letter}/${key}: error ${error} of the scale, more than ${TOLERANCE}`);
        }
      }
    });
  }
});
