/**
 * Goldens: named tensors in .safetensors files, read whole (they are small).
 *
 * Kept apart from model/safetensors on purpose: a golden must not be read by the code that it checks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DType, type Tensor, type TensorData, tensor } from '../../model/tensor.ts';

/** test/data, where all fixtures lie. */
export const DATA = new URL('../data/', import.meta.url).pathname;

/** The path of a fixture: `fixture('operators', 'Add.json')`. */
export function fixture(...parts: string[]): string {
  return join(DATA, ...parts);
}

/** A fixture that is JSON; the caller says what it holds. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const DTYPE_OF: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  U64: 'uint64',
  I32: 'int32',
  U32: 'uint32',
  I16: 'int16',
  U16: 'uint16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** The number that 16 bits of IEEE 754 binary16 stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The numbers of bfloat16 values: each is the upper half of a float32. */
function fromBfloat16(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer);
}

/** Raw little-endian bytes, copied to an aligned buffer, as the typed array of their dtype. */
function view(dtype: DType, bytes: ArrayBuffer): TensorData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(bytes);
    case 'float64':
      return new Float64Array(bytes);
    case 'float16':
      return Float32Array.from(new Uint16Array(bytes), fromHalf);
    case 'bfloat16':
      return fromBfloat16(new Uint16Array(bytes));
    case 'int64':
      return new BigInt64Array(bytes);
    case 'uint64':
      return new BigUint64Array(bytes);
    case 'int32':
      return new Int32Array(bytes);
    case 'uint32':
      return new Uint32Array(bytes);
    case 'int16':
      return new Int16Array(bytes);
    case 'uint16':
      return new Uint16Array(bytes);
    case 'int8':
    case 'int4':
      return new Int8Array(bytes);
    case 'uint8':
    case 'uint4':
    case 'bool':
      return new Uint8Array(bytes);
  }
}

/** All tensors of a .safetensors file by name. Throws when a name is asked that is not there: a missing golden fails. */
export class Goldens {
  private constructor(
    private readonly path: string,
    private readonly tensors: ReadonlyMap<string, Tensor>,
  ) {}

  static read(path: string): Goldens {
    const file = readFileSync(path);
    const length = Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, Entry>;
    const tensors = new Map<string, Tensor>();
    for (const [name, entry] of Object.entries(header)) {
      if (name === '__metadata__') continue;
      const dtype = DTYPE_OF[entry.dtype];
      if (dtype === undefined) throw new Error(`${path}: ${name} has dtype ${entry.dtype}, which no golden uses`);
      const [start, end] = entry.data_offsets;
      const origin = file.byteOffset + 8 + length;
      const bytes = file.buffer.slice(origin + start, origin + end) as ArrayBuffer;
      tensors.set(name, tensor(dtype, entry.shape, view(dtype, bytes)));
    }
    return new Goldens(path, tensors);
  }

  get names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** @throws Error when the file has no tensor of this name */
  get(name: string): Tensor {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`${this.path} has no tensor "${name}"; it has ${this.names.slice(0, 12).join(', ')} …`);
    return found;
  }

  /** Tensors whose name starts with `prefix`, by the rest of the name. */
  under(prefix: string): Map<string, Tensor> {
    return new Map([...this.tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]));
  }
}
