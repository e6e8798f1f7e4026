/**
 * Variants of one model by the suffix of the file's name, as transformers.js, optimum and sentence-transformers write them.
 *
 * Source: transformers.js `dtypes.js` (suffixes); RUNTIME C.4.
 */
export interface Variant {
  /** As transformers.js calls it: `fp32`, `q4f16`. */
  readonly name: string;
  /** For the picker. */
  readonly words: string;
  /** True when it computes in float16. */
  readonly half: boolean;
  /** How far its weights are from the model's own; 0 = the same. Orders choices, measures nothing. */
  readonly loss: number;
}

const variant = (name: string, words: string, loss: number, half = false): Variant => ({ name, words, half, loss });

export const FP32 = variant('fp32', 'single precision', 0);

/** By suffix; the longest that fits a name counts. */
const VARIANTS: Readonly<Record<string, Variant>> = {
  _fp32: FP32,
  _fp16: variant('fp16', 'half precision', 1, true),
  _bf16: variant('bf16', 'bfloat16', 1, true),
  _quantized: variant('q8', '8-bit', 2),
  _int8: variant('int8', '8-bit', 2),
  _uint8: variant('uint8', '8-bit, unsigned', 2),
  _qint8: variant('int8', '8-bit', 2),
  _quint8: variant('uint8', '8-bit, unsigned', 2),
  _q4: variant('q4', '4-bit weights', 4),
  _q4f16: variant('q4f16', '4-bit weights, half precision', 4, true),
  _bnb4: variant('bnb4', '4-bit (bitsandbytes)', 5),
  _q2: variant('q2', '2-bit weights', 7),
  _q2f16: variant('q2f16', '2-bit weights, half precision', 7, true),
  _q1: variant('q1', '1-bit weights', 8),
  _q1f16: variant('q1f16', '1-bit weights, half precision', 8, true),
  _optimized: variant('optimized', 'fused operators', 1),
  _O1: variant('O1', 'basic optimizations', 0.5),
  _O2: variant('O2', 'fused operators', 1),
  _O3: variant('O3', 'fused operators, faster GELU', 1.5),
  _O4: variant('O4', 'fused operators, half precision', 2, true),
};

/** The variant that a path names, `fp32` where it names none. */
export function variantOf(path: string): Variant {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.onnx$/, '');
  const suffixes = Object.keys(VARIANTS).filter((suffix) => name.endsWith(suffix) || name.includes(`${suffix}_`));
  const [longest] = suffixes.sort((a, b) => b.length - a.length);
  return longest ? VARIANTS[longest]! : FP32;
}
