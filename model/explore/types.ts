/** Element types by ONNX's names: how wide they are, and how their order shows in their bits. */

const BITS: Readonly<Record<string, number>> = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e5m2: 8,
  float8e4m3fnuz: 8,
  float8e5m2fnuz: 8,
  float8e8m0: 8,
  float4e2m1: 4,
  float6e2m3: 6,
  float6e3m2: 6,
  int64: 64,
  uint64: 64,
  int32: 32,
  uint32: 32,
  int16: 16,
  uint16: 16,
  int8: 8,
  uint8: 8,
  int4: 4,
  uint4: 4,
  int2: 2,
  uint2: 2,
  bool: 8,
  complex64: 64,
  complex128: 128,
};

/** Bits of one packed element, null for types without a width (strings, unknown ones). */
export function bitsOfType(dtype: string): number | null {
  return Object.hasOwn(BITS, dtype) ? BITS[dtype]! : null;
}

/** `f32`, `bf16`, `f8 e4m3`, `i4`: the short names of lists. */
export function shortType(dtype: string): string {
  if (dtype === 'bfloat16') return 'bf16';
  const eight = /^float8(e\dm\d)/.exec(dtype);
  if (eight) return `f8 ${eight[1]}`;
  return dtype
    .replace(/^float/, 'f')
    .replace(/^uint/, 'u')
    .replace(/^int/, 'i')
    .replace(/^complex/, 'c');
}
