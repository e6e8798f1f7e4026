/** Writes named tensors as a safetensors file: 8 bytes header length, JSON header, raw little-endian values. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { HeadlightError } from '../../model/errors.ts';
import { toBfloat16Bits, toFloat16Bits } from '../../model/ops/half.ts';
import type { Tensor, TensorData } from '../../model/tensor.ts';

const NAMES: Readonly<Record<string, string>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  uint64: 'U64',
  int32: 'I32',
  uint32: 'U32',
  int16: 'I16',
  uint16: 'U16',
  int8: 'I8',
  uint8: 'U8',
  int4: 'I8',
  uint4: 'U8',
  bool: 'BOOL',
};

function stored({ dtype, data }: Tensor): TensorData {
  if (dtype === 'float16') return Uint16Array.from(data as Float32Array, toFloat16Bits);
  return dtype === 'bfloat16' ? Uint16Array.from(data as Float32Array, toBfloat16Bits) : data;
}

/** Tensors are asked for one after another, so that never more than one is held twice. */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  for (const [name, tensor] of tensors) {
    const data = stored(tensor);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    header[name] = { dtype: NAMES[tensor.dtype], shape: tensor.shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeParts(path, [length, padded, ...parts]);
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (cause) {
    throw new HeadlightError('read', `${path} cannot be written.`, { cause });
  }
  try {
    for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(file, part, at, Math.min(part.length - at, 2 ** 30));
  } finally {
    closeSync(file);
  }
}
