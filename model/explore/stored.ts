/** A tensor of a model file as the model page lists it: name, type, shape, and where its bytes lie. */
import { typeName } from '../onnx/dtypes.ts';
import type { onnx } from '../onnx/proto.js';
import { inlineTensor, isExternal, shapeOf, tensorProto } from '../onnx/tensors.ts';
import { tensorsOf } from '../onnx/tensors-of.ts';
import type { TensorPlace } from '../safetensors/header.ts';
import type { ModelFolder } from '../source.ts';
import { sizeOf } from '../tensor.ts';
import { bitsOfType } from './types.ts';

export interface StoredTensor {
  readonly name: string;
  /** ONNX's name of the element type, for safetensors too: `float32`, `bfloat16`, `float8e4m3fn`, `uint4` … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes that it takes. */
  readonly bytes: number;
  /** File that holds it, inside the model's folder. */
  readonly file: string;
  /** Reads bytes `[offset, offset + length)` of the tensor. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Safetensors' names of types in ONNX's words; every other name is its own in small letters. */
const WORDS: Readonly<Record<string, string>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  U32: 'uint32',
  I32: 'int32',
  U64: 'uint64',
  I64: 'int64',
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
  C64: 'complex64',
  F8_E4M3: 'float8e4m3fn',
  F8_E5M2: 'float8e5m2',
  F8_E8M0: 'float8e8m0',
  F8_E4M3FNUZ: 'float8e4m3fnuz',
  F8_E5M2FNUZ: 'float8e5m2fnuz',
  F4: 'float4e2m1',
  F6_E2M3: 'float6e2m3',
  F6_E3M2: 'float6e3m2',
};

/** A tensor of a safetensors file. */
export function fromPlace(folder: ModelFolder, { name, stored, shape, file, offset, length }: TensorPlace): StoredTensor {
  return {
    name,
    dtype: WORDS[stored] ?? stored.toLowerCase(),
    shape,
    bytes: length,
    file,
    read: (at, count) => folder.open(file).read(offset + at, count),
  };
}

/** Every tensor that an ONNX model stores: initializers, constants of nodes, those of subgraphs and functions. */
export function fromOnnx(folder: ModelFolder, path: string, model: onnx.ModelProto): StoredTensor[] {
  const named = new Map<string, StoredTensor>();
  for (const { tensor, name } of tensorsOf(model)) {
    const unique = named.has(name) ? `${name} (${named.size})` : name;
    named.set(unique, isExternal(tensor) ? inFile(folder, unique, tensor) : inMessage(path, unique, tensor));
  }
  return [...named.values()];
}

function inFile(folder: ModelFolder, name: string, proto: onnx.TensorProto): StoredTensor {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const file = entries.get('location') ?? '';
  const offset = Number(entries.get('offset') ?? 0);
  const read = async (at: number, length: number) => folder.open(file).read(offset + at, length);
  return { ...facts(name, proto), file, read };
}

function inMessage(path: string, name: string, proto: onnx.TensorProto): StoredTensor {
  // Values may lie in any of the typed fields; asked for once, they become the bytes that a file would hold.
  let bytes: Uint8Array | undefined;
  const all = () => {
    bytes ??= proto.rawData.length > 0 ? proto.rawData : tensorProto(name, inlineTensor(proto)).rawData;
    return bytes;
  };
  return { ...facts(name, proto), file: path, read: async (at, length) => all().subarray(at, at + length) };
}

function facts(name: string, proto: onnx.TensorProto) {
  const dtype = typeName(proto.dataType);
  const shape = shapeOf(proto);
  return { name, dtype, shape, bytes: Math.ceil((sizeOf(shape) * (bitsOfType(dtype) ?? 0)) / 8) };
}
