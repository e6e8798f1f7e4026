/**
 * Where a graph asks for arithmetic that runtimes round differently. What is shown is exact for the run that it was read from; the model elsewhere,
 * or without anybody looking, may be a rounding step away. Said as warnings, so that nobody takes the one for the other.
 *
 * Source: onnxruntime docs/ContribOperators.md (`accuracy_level`); onnxruntime's QDQ selectors; measured on onnxruntime-web 1.30.
 */
import { intOf, operatorOf } from './attributes.ts';
import { DataType } from './dtypes.ts';
import type { onnx } from './proto.js';

const EIGHT_BIT =
  'Its 4-bit products ask for activations rounded to 8 bits (accuracy_level 4), as onnxruntime does on a processor. This runtime keeps them in single precision: the weights shown are those of this run, closer to the unquantised model and a few hundredths from such a runtime’s.';
const STATIC_EIGHT_BIT =
  'Activations are rounded to 8 bits between operators (QuantizeLinear). The runtime joins such steps into one where nothing is read between them, so a run without Headlight may end one rounding step away.';
const HALF = 'Computed in half precision: about three digits. Other devices round in other places and may differ in the third.';

const HALVES: ReadonlySet<number> = new Set([DataType.FLOAT16, DataType.BFLOAT16]);

/** Sentences for people, none for a graph in single precision. */
export function roundingWarnings({ node, initializer }: Pick<onnx.GraphProto, 'node' | 'initializer'>): string[] {
  const eightBit = node.some((one) => operatorOf(one) === 'com.microsoft::MatMulNBits' && intOf(one, 'accuracy_level', 0) === 4);
  const weights = new Set(initializer.map(({ name }) => name));
  const rounds = node.some((one) => operatorOf(one) === 'QuantizeLinear' && !weights.has(one.input[0] ?? ''));
  const half = initializer.some(({ dataType, dims }) => HALVES.has(dataType) && dims.length > 1);
  return [eightBit ? EIGHT_BIT : '', rounds ? STATIC_EIGHT_BIT : '', half ? HALF : ''].filter(Boolean);
}
