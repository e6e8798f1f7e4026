/**
 * The element types of the safetensors format and what they are here.
 *
 * Source: safetensors' format description (`Dtype`), release 0.8.
 */
import { HeadlightError } from '../errors.ts';
import type { DType } from '../tensor.ts';

/** Bits of one element, for every type that the format knows. */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The types of which this house knows the numbers. */
const DTYPE: Readonly<Record<string, DType>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  I16: 'int16',
  U16: 'uint16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
  U64: 'uint64',
};

/** Bits of one element of the stored type, or null for a type that the format does not know. */
export function bitsOf(stored: string): number | null {
  return Object.hasOwn(BITS, stored) ? BITS[stored]! : null;
}

/**
 * The house's name of a stored type.
 * @throws HeadlightError `unsupported` for a type of the format whose numbers nothing here reads (8-bit floats, complex numbers)
 */
export function dtypeOf(stored: string, tensorName: string): DType {
  const dtype = Object.hasOwn(DTYPE, stored) ? DTYPE[stored] : undefined;
  if (dtype === undefined)
    throw new HeadlightError('unsupported', `Tensor ${tensorName} is stored as ${stored}, which Headlight cannot compute with.`);
  return dtype;
}
