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

/** True for an encoder–decoder; a classifier of that kind is given the source alone. */
export function hasTwoStacks({ tensors }: Golden, letter: string): boolean {
  return tensors.has(`${letter}/attention/cross/0`);
}

/**
 * Golden tensors of a case that a model may have: outputs, attention, hidden states, stages. Swin's own list of attention has the last block of
 * each stage only, counted by stages; `attention/window` has the same weights and those of all other blocks.
 */
export function expectationsOf({ tensors }: Golden, letter: string): Map<string, Tensor> {
  const all = [...tensors.under(`${letter}/`)];
  const kinds = all.some(([key]) => key.startsWith('attention/window/'))
    ? /^(output|attention\/window|hidden|stage)\//
    : /^(output|attention|hidden|stage)\//;
  return new Map(all.filter(([key]) => kinds.test(key)));
}

/**
 * The name under which a model records what the golden file calls `key`. Encoder–decoders: the golden `self` is the encoder's. GPT-1: all
 * layers share one activation, which the golden file counts under the first one's name. Transformer-XL: the memory that comes out has another
 * name than the one that goes in.
 */
export function stageName(key: string, isEncoderDecoder: boolean): string {
  if (!key.startsWith('attention/'))
    return key.replace(/\bh\.0\.mlp\.act#(\d+)$/, 'h.$1.mlp.act').replace('output/mems/', 'output/new_mems/');
  return `${isEncoderDecoder ? key.replace('/self/', '/encoder/') : key}/weights`;
}

/** [.., a, b, ..] → [.., b, a, ..] */
function exchanged({ dtype, shape, data }: Tensor, axis: number): Tensor {
  const [a, b] = [shape[axis]!, shape[axis + 1]!];
  const inner = sizeOf(shape.slice(axis + 2));
  const moved = Float32Array.from(data as Float32Array, (_, i) => {
    const outer = Math.floor(i / (a * b * inner));
    const row = Math.floor(i / (a * inner)) % b;
    const column = Math.floor(i / inner) % a;
    return Number(data[((outer * a + column) * b + row) * inner + (i % inner)]);
  });
  return tensor(dtype, [...shape.slice(0, axis), b, a, ...shape.slice(axis + 2)], moved);
}

/** Stages whose goldens have their axes in another order, with the reason, and how ours are brought to it. */
const LAYOUTS: readonly { readonly stage: RegExp; readonly bring: (value: Tensor, golden: Tensor) => Tensor }[] = [
  // Qwen 3 normalises before it exchanges heads and positions: [B, T, H, d].
  { stage: /self_attn\.[qk]_norm$/, bring: (value, { shape }) => (value.shape[1] === shape[1] ? value : exchanged(value, 1)) },
  // OPT joins texts and positions for what comes after attention, Transformer-XL for its output: [B·T, ..].
  {
    stage: /decoder\.layers\.\d+\.(activation_fn|fc1|fc2|final_layer_norm)$|^stage\/crit$/,
    bring: (value, { shape }) => (shape.length === 2 ? { ...value, shape } : value),
  },
  // FSMT has the positions before the texts in its layers, which in case A is one text: [T, B, ..].
  {
    stage: /^stage\/model\.(en|de)coder\.layers\./,
    bring: (value, { shape }) => (shape.length === 3 && shape[0] !== value.shape[0] ? exchanged(value, 0) : value),
  },
  // XLNet and Transformer-XL have the positions before the texts: [T, B, ..].
  { stage: /^stage\/transformer\.(layers?\.\d|pos_emb$|word_emb(edding)?$)/, bring: (value) => exchanged(value, 0) },
];

/** A computed value in the layout of its golden. */
export function inGoldenLayout(key: string, value: Tensor, golden: Tensor): Tensor {
  return LAYOUTS.filter(({ stage }) => stage.test(key)).reduce((brought, { bring }) => bring(brought, golden), value);
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
