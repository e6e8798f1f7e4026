/** A tensor as the raw little-endian bytes that ONNX and safetensors files hold. */
import type { Tensor } from '../tensor.ts';
import { toBfloat16Bits, toFloat16Bits } from './half.ts';

/** Two 4-bit values a byte, the low half first; a last odd value has an empty high half. */
function packed4(values: Tensor['data']): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  for (let n = 0; n < values.length; n++) bytes[n >> 1]! |= (Number(values[n]!) & 15) << (4 * (n & 1));
  return bytes;
}

/** The raw bytes of a tensor, in the layout of TensorProto.raw_data. A copy. */
export function rawBytes({ dtype, data }: Tensor): Uint8Array {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(data as Float32Array, toFloat16Bits).buffer);
  if (dtype === 'bfloat16') return new Uint8Array(Uint16Array.from(data as Float32Array, toBfloat16Bits).buffer);
  if (dtype === 'int4' || dtype === 'uint4') return packed4(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
}
