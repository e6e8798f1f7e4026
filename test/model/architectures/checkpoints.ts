/**
 * Golden checkpoints: which there are, their inputs, and how a computed value is compared with a golden one.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint } from '../../../model/safetensors/checkpoint.ts';
import { sizeOf, type Tensor, tensor } from '../../../model/tensor.ts';
import { DATA, Goldens, readJson } from '../goldens.ts';
import { diskFolder } from '../safetensors/folder.ts';

/** Where the golden checkpoints lie; another folder of the same layout may be named in the environment. */
const ROOT = process.env.HEADLIGHT_CHECKPOINTS ?? join(DATA, 'checkpoints');

export interface Golden {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly tensors: Goldens;
  /** Cases in the file: A, B, … */
  readonly cases: readonly string[];
}

/** Names of all golden checkpoints. */
export function goldenNames(): string[] {
  const names = readdirSync(ROOT).filter(
    (name) => existsSync(join(ROOT, name, 'golden.safetensors')) && existsSync(join(ROOT, name, 'config.json')),
  );
  assert.ok(names.length > 0, `no golden checkpoints in ${ROOT}`);
  return names.sort();
}

/** `model_type` of a golden checkpoint (diffusers: `_class_name`). */
export function modelTypeOf(name: string): string {
  const config = readJson<Record<string, string>>(join(ROOT, name, 'config.json'));
  return config.model_type ?? config._class_name ?? '';
}

export async function openGolden(name: string): Promise<Golden> {
  const tensors = Goldens.read(join(ROOT, name, 'golden.safetensors'));
  const cases = [...new Set(tensors.names.filter((key) => key.includes('/input/')).map((key) => key.split('/')[0]!))];
  return { name, checkpoint: await openCheckpoint(diskFolder(join(ROOT, name))), tensors, cases };
}

/** What the golden model was called with; masks are stored as uint8, and given as the integers or floats that models take. */
export function inputsOf({ tensors }: Golden, letter: string): Record<string, Tensor> {
  return Object.fromEntries([...tensors.under(`${letter}/input/`)].map(([name, value]) => [name, widened(value)]));
}

function widened(value: Tensor): Tensor {
  if (value.dtype !== 'uint8' && value.dtype !== 'bool') return value;
  return tensor('int64', value.shape, BigInt64Array.from(value.data as Uint8Array, BigInt));
}

/** Golden tensors of a case that a model may have: outputs, attention, hidden states, stages. */
export function expectationsOf({ tensors }: Golden, letter: string): Map<string, Tensor> {
  const kinds = /^(output|attention|hidden|stage)\//;
  return new Map([...tensors.under(`${letter}/`)].filter(([key]) => kinds.test(key)));
}

/** The name under which a model records what the golden file calls `key`. Encoder–decoders: the golden `self` is the encoder's. */
export function stageName(key: string, isEncoderDecoder: boolean): string {
  if (!key.startsWith('attention/')) return key;
  return `${isEncoderDecoder ? key.replace('/self/', '/encoder/') : key}/weights`;
}

/** Goldens whose heads stand behind the positions, [B, T, H, d]: Qwen 3 normalises before it exchanges the axes. */
const HEADS_LAST = /self_attn\.[qk]_norm$/;

/** A computed value in the layout of its golden: [B, H, T, d] as [B, T, H, d] where the golden has that. */
export function inGoldenLayout(key: string, value: Tensor, golden: Tensor): Tensor {
  const { dtype, shape, data } = value;
  if (!HEADS_LAST.test(key) || shape[1] === golden.shape[1]) return value;
  const [batch, heads, queries, width] = shape as [number, number, number, number];
  const moved = Float32Array.from(data as Float32Array, (_, i) => {
    const column = i % width;
    const head = Math.floor(i / width) % heads;
    const query = Math.floor(i / (width * heads)) % queries;
    const b = Math.floor(i / (width * heads * queries));
    return Number(data[((b * heads + head) * queries + query) * width + column]);
  });
  return tensor(dtype, [batch, queries, heads, width], moved);
}

/**
 * The largest error of an actual against a golden tensor, as a part of the golden's scale (max |golden|), over rows whose query is no padding.
 * @param mask [B, T] with 1 = a token, or null where nothing is padded
 */
export function errorOfScale(actual: Tensor, golden: Tensor, mask: Tensor | null): number {
  assert.deepEqual([...actual.shape], [...golden.shape], 'shape');
  const counts = rowFilter(golden.shape, mask);
  let scale = 0;
  let error = 0;
  for (let i = 0; i < golden.data.length; i++) {
    const expected = Number(golden.data[i]);
    scale = Math.max(scale, Math.abs(expected));
    if (!counts(i)) continue;
    const difference = Math.abs(Number(actual.data[i]) - expected);
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
  }
  return error / Math.max(scale, 1e-6);
}

/** Whether an element belongs to a query that is no padding: the query is axis 2 of [B, H, T, S], axis 1 of anything shorter. */
function rowFilter(shape: readonly number[], mask: Tensor | null): (index: number) => boolean {
  const axis = shape.length === 4 ? 2 : 1;
  if (mask === null || shape[0] !== mask.shape[0] || shape[axis] !== mask.shape[1]) return () => true;
  const perBatch = sizeOf(shape.slice(1));
  const perQuery = sizeOf(shape.slice(axis + 1));
  const queries = shape[axis]!;
  return (index) => {
    const batch = Math.floor(index / perBatch);
    const query = Math.floor(index / perQuery) % queries;
    return Number(mask.data[batch * queries + query]) === 1;
  };
}

/** What an encoder computes, in the names of goldens. */
const ENCODERS = /^(attention\/self|hidden\/encoder|output\/encoder|stage\/(\w+\.)?encoder(\.|$))/;

/** The mask of the queries of a value: the decoder's for what the decoder of an encoder–decoder computes. */
export function queryMask(inputs: Readonly<Record<string, Tensor>>, key: string): Tensor | null {
  const isDecoders = 'decoder_input_ids' in inputs && !ENCODERS.test(key);
  return (isDecoders ? inputs.decoder_attention_mask : inputs.attention_mask) ?? null;
}

/** A file of a golden checkpoint. */
export function goldenPath(name: string, file: string): string {
  return join(ROOT, name, file);
}
