/**
 * Files of the base model alone: no head, and the base model's prefix left out of all names.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { familyOf, familyTypes } from '../../../model/architectures/registry.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { goldenNames, modelTypeOf, openGolden } from './checkpoints.ts';

describe('the base model without prefix gives its hidden states', () => {
  for (const name of goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)))) {
    test(name, async () => {
      const { checkpoint } = await openGolden(name);
      const { prefix } = familyOf(checkpoint.config);
      const inside = [...checkpoint.tensors].filter(([tensor]) => prefix !== '' && tensor.startsWith(prefix));
      if (inside.length === 0) return; // no prefix to begin with: the other tests read it so
      const tensors = new Map(
        inside.map(([tensor, place]) => [tensor.slice(prefix.length), { ...place, name: tensor.slice(prefix.length) }]),
      );
      const config = normaliseConfig({ ...checkpoint.config.values, architectures: [] });
      const { outputs, sites, warnings } = emitModel({ ...checkpoint, tensors, config });
      assert.ok(outputs.includes('last_hidden_state'), outputs.join(', '));
      assert.equal(sites.length, emitModel(checkpoint).sites.length);
      assert.deepEqual(warnings, []);
    });
  }
});
