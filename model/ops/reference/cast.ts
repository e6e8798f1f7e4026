/** Cast and CastLike: the same values in another element type. */
import { typeName } from '../../onnx/dtypes.ts';
import { allocate, type DType, type Tensor } from '../../tensor.ts';
import {
  type Call,
  dtypeAttribute,
  failure,
  type Inputs,
  isBig,
  isFloat,
  type Kernels,
  type NumberArray,
  need,
  number,
  result,
} from './kernel.ts';

/** Values as 64-bit integers: floats are cut toward zero, NaN and infinities become 0. */
function toBigs(x: Tensor, dtype: DType): Tensor {
  const out = allocate(dtype, x.data.length) as BigInt64Array;
  if (isBig(x.data)) for (let n = 0; n < out.length; n++) out[n] = x.data[n]!;
  else for (let n = 0; n < out.length; n++) out[n] = Number.isFinite(x.data[n]!) ? BigInt(Math.trunc(x.data[n]!)) : 0n;
  return { dtype, shape: x.shape, data: out };
}

/** The low 4 bits of an integer, signed or not. */
function low4(x: number, signed: boolean): number {
  const bits = x & 15;
  return signed && bits > 7 ? bits - 16 : bits;
}

/** 64-bit integers keep their low bits in a smaller type; floats take the nearest number. */
function fromBigs(x: Tensor, out: NumberArray, dtype: DType): void {
  const from = x.data as BigInt64Array;
  if (isFloat(dtype)) for (let n = 0; n < out.length; n++) out[n] = Number(from[n]!);
  else for (let n = 0; n < out.length; n++) out[n] = Number(BigInt.asIntN(32, from[n]!));
}

/** The same values as another element type. Floats are cut toward zero; integers that do not fit keep their low bits. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  if (dtype === 'int64' || dtype === 'uint64') return toBigs(x, dtype);
  const out = allocate(dtype, x.data.length) as NumberArray;
  if (dtype === 'bool') {
    for (let n = 0; n < out.length; n++) out[n] = Number(x.data[n]) !== 0 ? 1 : 0;
    return { dtype, shape: x.shape, data: out };
  }
  if (isBig(x.data)) fromBigs(x, out, dtype);
  else out.set(x.data as NumberArray);
  if (dtype === 'int4' || dtype === 'uint4') {
    for (let n = 0; n < out.length; n++) out[n] = low4(out[n]!, dtype === 'int4');
  }
  return result(dtype, x.shape, out);
}

function castTo(inputs: Inputs, call: Call): Tensor[] {
  const dtype = dtypeAttribute(call, 'to');
  if (dtype === null) throw failure(call, 'unsupported', `the reference does not compute with ${typeName(number(call, 'to', 0))}.`);
  return [cast(need(inputs, 0, call), dtype)];
}

export const casts: Kernels = {
  Cast: castTo,
  CastLike: (inputs, call) => [cast(need(inputs, 0, call), need(inputs, 1, call).dtype)],
};
