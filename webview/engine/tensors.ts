/** Tensors to and from onnxruntime-web. Half-precision values are numbers here and 16-bit patterns there. */
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { HeadlightError } from '../../model/errors.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../model/ops/half.ts';
import { type DType, sizeOf, type Tensor, type TensorData } from '../../model/tensor.ts';
import type { Ort } from './runtime.ts';

/** Newer engines have it, and then the runtime wants it for `float16`. */
const Float16 = (globalThis as { Float16Array?: new (buffer: ArrayBufferLike) => ArrayLike<number> }).Float16Array;

let halves: Float32Array | null = null;

/** The numbers of all 65,536 patterns: decoding a large tensor is a look-up. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => fromFloat16Bits(bits));
  return halves;
}

export function toOrt(ort: Ort, tensor: Tensor): OrtTensor {
  const { dtype, shape, data } = tensor;
  if (dtype === 'bfloat16')
    throw new HeadlightError('unsupported', 'The runtime takes no bfloat16 inputs. Export the model in float32 or float16.');
  const values = dtype === 'float16' ? halfBits(data as Float32Array) : data;
  return new ort.Tensor(dtype as 'float32', values as Float32Array, shape);
}

function halfBits(data: Float32Array): TensorData {
  const bits = Uint16Array.from(data, toFloat16Bits);
  return Float16 ? (new Float16(bits.buffer) as unknown as Uint16Array) : bits;
}

/** Copies a tensor out of the runtime, from the device where it lies there. */
export async function fromOrt(tensor: OrtTensor): Promise<Tensor> {
  if (tensor.type === 'string') throw new HeadlightError('unsupported', 'The model returns text, which is not shown.');
  const raw = (await tensor.getData()) as TensorData;
  const data = tensor.type === 'float16' ? fromHalves(raw) : raw;
  if (data.length !== sizeOf(tensor.dims)) {
    throw new HeadlightError('runtime', `The runtime returned ${data.length} values for shape [${tensor.dims.join(', ')}].`);
  }
  return { dtype: tensor.type as DType, shape: [...tensor.dims], data };
}

function fromHalves(raw: TensorData): Float32Array {
  if (!(raw instanceof Uint16Array)) return Float32Array.from(raw as Float32Array);
  const table = halfTable();
  return Float32Array.from(raw, (bits) => table[bits]!);
}
