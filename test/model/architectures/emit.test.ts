import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { describeCheckpoint } from '../../../model/architectures/describe.ts';
import { emitModel } from '../../../model/architectures/emit.ts';
import { fillInputs } from '../../../model/architectures/fill.ts';
import { familyOf, familyTypes } from '../../../model/architectures/registry.ts';
import { siteFacts } from '../../../model/architectures/sites.ts';
import type { onnx } from '../../../model/onnx/proto.js';
import { writeModel } from '../../../model/onnx/wire.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { readJson } from '../goldens.ts';
import { goldenNames, goldenPath, modelTypeOf, openGolden } from './checkpoints.ts';

const known = goldenNames().filter((golden) => familyTypes().includes(modelTypeOf(golden)));

const bytesOf = (model: onnx.ModelProto): string => Buffer.from(writeModel(model)).toString('base64');

describe('a configuration in the spelling of transformers 5 gives the same graph', () => {
  for (const name of known.filter((golden) => existsSync(goldenPath(golden, 'config.v5.json')))) {
    test(name, async () => {
      const { checkpoint } = await openGolden(name);
      const newer = normaliseConfig(readJson(goldenPath(name, 'config.v5.json')));
      assert.equal(bytesOf(emitModel({ ...checkpoint, config: newer }).model), bytesOf(emitModel(checkpoint).model));
    });
  }
});

describe('every checkpoint', () => {
  for (const name of known) {
    test(`${name}: facts, sites and weights agree`, async () => {
      const { checkpoint } = await openGolden(name);
      const facts = describeCheckpoint(checkpoint);
      const { sites, model, unused, used, files } = emitModel(checkpoint);
      const keys = sites.map((site) => siteFacts(site).key);
      assert.equal(new Set(keys).size, keys.length, 'keys of sites are unique');
      assert.ok(facts.parameters > 0 && facts.layers > 0 && facts.heads > 0);
      assert.ok(sites.length >= facts.layers, `${sites.length} sites for ${facts.layers} layers`);
      assert.deepEqual([...used, ...unused].sort(), [...checkpoint.tensors.keys()].sort());
      const inline = model.graph!.initializer!.map(({ rawData }) => rawData?.length ?? 0).reduce((sum, size) => sum + size, 0);
      assert.ok(inline < 20_000, `${inline} bytes of constants stand in the graph`);
      for (const { externalData } of model.graph!.initializer!) {
        for (const { key, value } of externalData ?? []) if (key === 'location') assert.ok(files.includes(value!));
      }
    });
  }
});

test('an unknown, a quantised and an incomplete configuration are refused with what was looked for', () => {
  const refuse = (values: Record<string, unknown>) => () => familyOf(normaliseConfig(values));
  assert.throws(
    refuse({ model_type: 'mamba', architectures: ['MambaForCausalLM'] }),
    /model_type mamba \(MambaForCausalLM\); looked for one of bert, .*gpt2/,
  );
  assert.throws(refuse({ hidden_size: 3 }), /has neither model_type nor _class_name; looked for/);
  assert.throws(refuse({ model_type: 'llama', quantization_config: { quant_method: 'awq' } }), /quantised \(awq\)/);
  assert.throws(
    () => familyOf(normaliseConfig({ model_type: 'bert' })).describe(normaliseConfig({ model_type: 'bert' })),
    /has no hidden_size/,
  );
});

test('options that are not implemented are refused by name', async () => {
  const describeBert = (values: Record<string, unknown>) => () => {
    const config = normaliseConfig({ hidden_size: 24, num_attention_heads: 3, ...values });
    return familyOf(normaliseConfig({ model_type: 'bert' })).describe(config);
  };
  assert.throws(describeBert({ position_embedding_type: 'spiral' }), /position_embedding_type = "spiral" is not implemented/);
  assert.throws(describeBert({ add_cross_attention: true }), /add_cross_attention = true is not implemented/);
  assert.throws(describeBert({ num_attention_heads: 5 }), /the head size is 24 \/ 5, which is no whole number/);
});

test('weights that do not fit the configuration are refused with both shapes; missing ones by name', async () => {
  const { checkpoint } = await openGolden('bert');
  const wider = normaliseConfig({ ...checkpoint.config.values, intermediate_size: 38 });
  assert.throws(
    () => emitModel({ ...checkpoint, config: wider }),
    /layer\.0\.intermediate\.dense\.weight has the shape \[37, 24\].*\[38, 24\]/,
  );
  const deeper = normaliseConfig({ ...checkpoint.config.values, num_hidden_layers: 3 });
  assert.throws(() => emitModel({ ...checkpoint, config: deeper }), /no tensor bert\.encoder\.layer\.2\./);
});

test('an encoder without the head that its configuration names ends with its hidden states, and says so', async () => {
  const { checkpoint } = await openGolden('bert');
  const bare = new Map([...checkpoint.tensors].filter(([name]) => name.startsWith('bert.')).map(([name, place]) => [name.slice(5), place]));
  const { outputs, warnings } = emitModel({
    ...checkpoint,
    tensors: new Map([...bare].map(([name, place]) => [name, { ...place, name }])),
  });
  assert.deepEqual(outputs, ['last_hidden_state']);
  assert.match(warnings[0]!, /names a head \(MaskedLM\), but the weights have no cls\.predictions/);
});

test('inputs that nobody gives are filled; free lengths must agree', () => {
  const ids: Tensor = { dtype: 'int64', shape: [1, 3], data: BigInt64Array.of(4n, 5n, 6n) };
  const specs = [
    { name: 'input_ids', dtype: 'int64', shape: ['B', 'T'], fill: { by: 'user' } },
    { name: 'attention_mask', dtype: 'int64', shape: ['B', 'T'], fill: { by: 'constant', value: 1 } },
    { name: 'position_ids', dtype: 'int64', shape: ['B', 'T'], fill: { by: 'count' } },
    { name: 'mems', dtype: 'float32', shape: [2, 'B'], fill: { by: 'constant', value: 0 } },
  ] as const;
  const filled = fillInputs(specs, { input_ids: ids });
  assert.deepEqual([...filled.attention_mask!.data], [1n, 1n, 1n]);
  assert.deepEqual([...filled.position_ids!.data], [0n, 1n, 2n]);
  assert.deepEqual(filled.mems, { dtype: 'float32', shape: [2, 1], data: new Float32Array(2) });
  assert.throws(() => fillInputs(specs, {}), /needs the input input_ids/);
  const two: Tensor = { dtype: 'int64', shape: [1, 2], data: new BigInt64Array(2) };
  assert.throws(
    () => fillInputs(specs, { input_ids: ids, attention_mask: two }),
    /attention_mask has the shape \[1, 2\], expected \[B, T\] with T = 3/,
  );
});

test('CLIP may be shown a picture without a text, but no text without a picture', async () => {
  const { checkpoint } = await openGolden('clip');
  const { inputs } = emitModel(checkpoint);
  const picture: Tensor = { dtype: 'float32', shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  const filled = fillInputs(inputs, { pixel_values: picture });
  assert.deepEqual([...filled.input_ids!.data], [819n], 'the token that ends a text');
  assert.deepEqual([...filled.position_ids!.data], [0n]);
  assert.throws(() => fillInputs(inputs, { input_ids: filled.input_ids! }), /needs the input pixel_values/);
});
