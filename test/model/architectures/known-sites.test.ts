/**
 * Every place that a family builds is found in its graph by the search, and carries the family's name for it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { knownSites } from '../../../model/architectures/known-sites.ts';
import { familyTypes } from '../../../model/architectures/registry.ts';
import { siteFacts } from '../../../model/architectures/sites.ts';
import { findAttention } from '../../../model/attention/index.ts';
import { goldenNames, inputsOf, modelTypeOf, openGolden } from './checkpoints.ts';

describe('sites of emitted graphs', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const golden = await openGolden(name);
      for (const letter of golden.cases) {
        const emitted = emitModel(golden.checkpoint, { given: Object.keys(inputsOf(golden, letter)) });
        const sites = knownSites(emitted, findAttention(emitted.model).sites);
        const expected = emitted.sites
          .map(siteFacts)
          .map(({ key, heads, headDim, causal, window }) => ({ key, heads, headDim, causal, window }));
        assert.deepEqual(
          sites.map(({ key, heads, headDim, causal, window }) => ({ key, heads, headDim, causal, window })),
          expected,
        );
      }
    });
  }
});
