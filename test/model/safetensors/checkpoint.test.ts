import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from '../../../model/safetensors/checkpoint.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { readHeader } from '../../../model/safetensors/header.ts';
import { fromLittleEndian, readTensor } from '../../../model/safetensors/values.ts';
import type { ByteSource, ModelFolder } from '../../../model/source.ts';

function memoryFolder(contents: Readonly<Record<string, Uint8Array>>): ModelFolder {
  const files = Object.entries(contents).map(([path, bytes]) => ({ path, size: bytes.length }));
  const open = (path: string): ByteSource => ({
    name: path,
    size: contents[path]!.length,
    read: async (offset, length) => contents[path]!.subarray(offset, offset + length),
  });
  return { files, open };
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

function safetensors(header: string, data: number): Uint8Array {
  const json = text(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  for (let i = 0; i < data; i++) bytes[8 + json.length + i] = i;
  return bytes;
}

const one = (name: string) => safetensors(`{"${name}":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}`, 3);

test('a header: offsets count from the start of the file; scalars, empty tensors and metadata are fine; keys are compared after unescaping', async () => {
  const header =
    '{"__metadata__":{"format":"pt"},"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]}} ';
  const folder = memoryFolder({ a: safetensors(header, 4) });
  const { tensors, metadata } = await readHeader(folder.open('a'));
  assert.deepEqual(metadata, { format: 'pt' });
  assert.equal(tensors.get('s')!.offset, 8 + header.length);
  assert.deepEqual(tensors.get('e')!.shape, [0, 5]);
  const twice = '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  await assert.rejects(readHeader(memoryFolder({ a: safetensors(twice, 1) }).open('a')), /tensor a is listed twice/);
});

test('bytes after the last tensor, oversized shapes and shapes that are no lengths are refused', async () => {
  const read = (header: string, data: number) => readHeader(memoryFolder({ a: safetensors(header, data) }).open('a'));
  await assert.rejects(read('{"t":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}', 5), /bytes 3 to 5 belong to no tensor/);
  await assert.rejects(
    read('{"t":{"dtype":"U8","shape":[9007199254740991,9007199254740991],"data_offsets":[0,3]}}', 3),
    /needs .* bytes, its offsets give 3/,
  );
  await assert.rejects(read('{"t":{"dtype":"U8","shape":[-3,-1],"data_offsets":[0,3]}}', 3), /-3 in its shape is not a length/);
  await assert.rejects(read('{"t":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', 2), /needs 1.5 bytes/);
  await assert.rejects(read('{"t":null}', 0), /tensor t is not described by an object/);
  await assert.rejects(read('{"__metadata__":{"a":1}}', 0), /__metadata__\.a is not text/);
});

test('a checkpoint: one file, shards, a shard as the entry, and what is missing', async () => {
  const config = text({ model_type: 'bert' });
  const single = await openCheckpoint(memoryFolder({ 'config.json': config, 'model.safetensors': one('a') }));
  assert.deepEqual([...single.tensors.keys()], ['a']);
  const shards = memoryFolder({
    'config.json': config,
    'model.safetensors.index.json': text({ weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }),
    'model-00001-of-00002.safetensors': one('a'),
    'model-00002-of-00002.safetensors': one('b'),
  });
  for (const entry of ['', 'model-00002-of-00002.safetensors']) {
    const checkpoint = await openCheckpoint(shards, entry);
    assert.equal(checkpoint.weights, 'model.safetensors.index.json');
    assert.equal(checkpoint.tensors.get('b')!.file, 'model-00002-of-00002.safetensors');
  }
  await assert.rejects(openCheckpoint(memoryFolder({ 'model.safetensors': one('a') })), /no config\.json/);
  await assert.rejects(openCheckpoint(memoryFolder({ 'config.json': config })), /No weights: looked for model\.safetensors/);
});

test('an index that names a tensor which its shard has not is refused', async () => {
  const folder = memoryFolder({
    'config.json': text({}),
    'm.safetensors': one('a'),
    'model.safetensors.index.json': text({ weight_map: { a: 'm.safetensors', b: 'm.safetensors' } }),
  });
  await assert.rejects(openCheckpoint(folder), /tensor b is not in m\.safetensors/);
});

test('the three spellings of a configuration come to one', () => {
  const llama3 = { rope_type: 'llama3', factor: 8, rope_theta: 500 };
  const { rope_theta: _, ...scaling } = llama3;
  for (const values of [
    { torch_dtype: 'bfloat16', rope_theta: 500, rope_scaling: scaling },
    { dtype: 'bfloat16', rope_theta: 500, rope_scaling: { type: 'llama3', factor: 8 } },
    { dtype: 'bfloat16', rope_parameters: llama3 },
  ]) {
    const config = normaliseConfig(values);
    assert.equal(config.text('dtype'), 'bfloat16');
    assert.deepEqual(config.values.rope_parameters, llama3);
  }
  const two = {
    full_attention: { rope_type: 'default', rope_theta: 160000 },
    sliding_attention: { rope_type: 'default', rope_theta: 10000 },
  };
  assert.deepEqual(normaliseConfig({ global_rope_theta: 160000, local_rope_theta: 10000 }).values.rope_parameters, two);
  const partial = { partial_rotary_factor: 0.25, rope_type: 'default', rope_theta: 10000 };
  assert.deepEqual(normaliseConfig({ rotary_pct: 0.25, rotary_emb_base: 10000, rope_scaling: null }).values.rope_parameters, partial);
  assert.deepEqual(normaliseConfig({ partial_rotary_factor: 0.25, rope_parameters: partial }).values.rope_parameters, partial);
  assert.equal(normaliseConfig({ hidden_size: 3 }).values.rope_parameters, undefined);
});

test('a configuration says what it lacks and what it expected', () => {
  const config = normaliseConfig({ hidden_size: 2.5, n_inner: null, name: 'x' });
  assert.throws(() => config.count('hidden_size'), /config\.json: hidden_size is 2\.5, expected a whole number from 0 to 16777216/);
  assert.throws(() => config.count(['n_head', 'num_attention_heads']), /config\.json has no n_head or num_attention_heads/);
  assert.equal(config.count('n_inner', 7), 7);
  assert.throws(() => config.flag('name'), /expected true or false/);
});

test('half precision becomes float32 without loss, unaligned ranges too', async () => {
  const half = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7c00, 0xfbff, 0x8000]).buffer);
  assert.deepEqual([...fromLittleEndian('float16', half, 6)], [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, -65504, -0]);
  const brain = new Uint8Array(new Uint16Array([0x3f80, 0xc0a0]).buffer);
  assert.deepEqual([...fromLittleEndian('bfloat16', brain, 2)], [1, -5]);
  const file = memoryFolder({ a: new Uint8Array([9, 9, 9, 0, 0, 128, 63]) }).open('a');
  const { data } = await readTensor(file, { name: 'a', stored: 'F32', shape: [1], file: 'a', offset: 3, length: 4 });
  assert.deepEqual([...data], [1]);
  await assert.rejects(
    readTensor(file, { name: 'a', stored: 'F8_E4M3', shape: [1], file: 'a', offset: 3, length: 1 }),
    /stored as F8_E4M3/,
  );
});
