/**
 * Checkpoints with options that the golden ones do not have, opened as the panel opens them and computed by the reference.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { tensor } from '../../../model/tensor.ts';
import { openWeights } from '../../../webview/engine/open-checkpoint.ts';
import { errorOfScale, queryMask } from '../../model/architectures/checkpoints.ts';
import { fixture, Goldens } from '../../model/goldens.ts';
import { diskFolder } from '../../model/safetensors/folder.ts';

const TOLERANCE = 1e-5;

describe('options of checkpoints', () => {
  const names = readdirSync(fixture('options')).filter((name) => name !== 'make');
  assert.ok(names.length > 0);
  for (const name of names) {
    test(name, async () => {
      const goldens = Goldens.read(fixture('options', name, 'golden.safetensors'));
      const raw = Object.fromEntries(goldens.under('A/input/'));
      const { parts, warnings } = await openWeights(diskFolder(fixture('options', name)), '', Object.keys(raw), undefined);
      assert.deepEqual(
        warnings.filter((warning) => /not built here|no decoder/.test(warning)),
        [],
      );
      const [part] = parts;
      const { outputs, weights } = await part!.compute(part!.feeds({ raw }, null).feeds, {});
      for (const [output, golden] of goldens.under('A/output/')) {
        const value = outputs.get(output);
        assert.ok(value, `output ${output} is missing; there are ${[...outputs.keys()].join(', ')}`);
        assert.ok(errorOfScale(value, golden, queryMask(raw, `output/${output}`)) <= TOLERANCE, output);
      }
      const twoStacks = goldens.has('A/attention/cross/0');
      for (const [site, golden] of goldens.under('A/attention/')) {
        const { batch, heads, queries, keys, data } = weights.get(twoStacks ? site.replace('self/', 'encoder/') : site)!;
        const value = tensor('float32', [batch, heads, queries, keys], data);
        assert.ok(errorOfScale(value, golden, queryMask(raw, `attention/${site}`)) <= TOLERANCE, site);
      }
    });
  }
});
