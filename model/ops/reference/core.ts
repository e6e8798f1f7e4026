/**
 * Scaled dot-product attention with everything that fused operators add to it; all of them call this one function.
 *
 *     logits  = softcap(scale · q·kᵀ) + masks, −∞ outside the visible keys
 *     weights = softmax(logits); a query that sees nothing has zeros
 *     y       = weights · v
 *
 * Source: Vaswani et al. 2017, section 3.2.1; ONNX, operator Attention-25; onnxruntime, ContribOperators.md.
 */
import { HeadlightError } from '../../errors.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import { matrix, multiply, transposed } from './gemm.ts';
import { asNumbers, type NumberArray, newNumbers, result } from './kernel.ts';
import { broadcastStrides } from './strides.ts';

/** The keys [first, end) that a query may look at. */
export type Visible = readonly [first: number, end: number];

export interface AttentionInputs {
  /** [B, H, T, d] */
  readonly q: Tensor;
  /** [B, G, S, d]; G divides H: heads of a group share keys and values */
  readonly k: Tensor;
  /** [B, G, S, e] */
  readonly v: Tensor;
  /** Factor on q·k. */
  readonly scale: number;
  /** c of c·tanh(x / c) on the scaled products; 0 for none. */
  readonly softcap?: number;
  /** Each broadcasts to [B, H, T, S]: floats are added, of booleans `true` means attend. */
  readonly masks?: readonly Tensor[];
  /** Keys that query t of example b may see; all unless given. */
  readonly visible?: (b: number, t: number) => Visible;
  /** A logit of each head that takes its share of the weights and has no key: [H]. */
  readonly sinks?: NumberArray | null;
}

/** Tensors [B, H, T, S] of every stage. */
export interface Stages {
  /** scale · q·kᵀ */
  readonly products: Tensor;
  /** after softcap */
  readonly capped: Tensor;
  /** with the masks; −∞ where nothing may be seen */
  readonly logits: Tensor;
  readonly weights: Tensor;
}

export interface AttentionResult extends Stages {
  /** [B, H, T, e] */
  readonly y: Tensor;
}

interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly G: number;
  readonly T: number;
  readonly S: number;
  readonly d: number;
  readonly e: number;
}

function sizesOf({ q, k, v }: AttentionInputs): Sizes {
  const [B, H, T, d] = q.shape as [number, number, number, number];
  const [, G, S] = k.shape as [number, number, number];
  const wrong = [q, k, v].some((x) => x.shape.length !== 4) || k.shape[3] !== d || v.shape[2] !== S || v.shape[1] !== G || H % G !== 0;
  if (wrong) {
    const shapes = [q, k, v].map((x) => `[${x.shape.join(', ')}]`).join(', ');
    throw new HeadlightError(
      'shape',
      `attention: q, k, v are ${shapes}; expected [B, H, T, d], [B, G, S, d], [B, G, S, e] with G a divisor of H.`,
    );
  }
  return { B, H, G, T, S, d, e: v.shape[3]! };
}

/** scale · q·kᵀ of every head: [B, H, T, S] */
function scoreProducts({ q, k, scale }: AttentionInputs, { B, H, G, T, S, d }: Sizes): Float64Array {
  const out = new Float64Array(B * H * T * S);
  const [queries, keys] = [asNumbers(q.data), asNumbers(k.data)];
  for (let head = 0; head < B * H; head++) {
    const group = Math.floor(head / H) * G + Math.floor(((head % H) * G) / H);
    const keysOfGroup = transposed(matrix(keys, group * S * d, d));
    multiply(matrix(queries, head * T * d, d), keysOfGroup, { M: T, K: d, N: S }, out, head * T * S, scale);
  }
  return out;
}

/** Adds a mask that broadcasts to [B, H, T, S]; of booleans false becomes −∞. */
function addMask(logits: Float64Array, mask: Tensor, { B, H, T, S }: Sizes): void {
  const [sb, sh, st, ss] = broadcastStrides(mask.shape, [B, H, T, S]) as [number, number, number, number];
  const values = asNumbers(mask.data);
  const boolean = mask.dtype === 'bool';
  for (let row = 0; row < B * H * T; row++) {
    const start = Math.floor(row / (H * T)) * sb + (Math.floor(row / T) % H) * sh + (row % T) * st;
    for (let s = 0; s < S; s++) {
      const value = values[start + s * ss]!;
      if (!boolean) logits[row * S + s]! += value;
      else if (value === 0) logits[row * S + s] = Number.NEGATIVE_INFINITY;
    }
  }
}

function hide(logits: Float64Array, visible: NonNullable<AttentionInputs['visible']>, { H, T, S }: Sizes): void {
  for (let row = 0; row * S < logits.length; row++) {
    const [first, end] = visible(Math.floor(row / (H * T)), row % T);
    for (let s = 0; s < S; s++) if (s < first || s >= end) logits[row * S + s] = Number.NEGATIVE_INFINITY;
  }
}

/** Softmax of every row; a sink takes part in the sum alone; rows of −∞ become zeros. */
function weigh(logits: Float64Array, sinks: NumberArray | null, { H, T, S }: Sizes): Float64Array {
  const weights = new Float64Array(logits.length);
  for (let row = 0; row * S < logits.length; row++) {
    const sink = sinks ? sinks[Math.floor(row / T) % H]! : Number.NEGATIVE_INFINITY;
    let max = sink;
    for (let s = 0; s < S; s++) max = Math.max(max, logits[row * S + s]!);
    if (max === Number.NEGATIVE_INFINITY) continue;
    let sum = Math.exp(sink - max);
    for (let s = 0; s < S; s++) sum += Math.exp(logits[row * S + s]! - max);
    for (let s = 0; s < S; s++) weights[row * S + s] = Math.exp(logits[row * S + s]! - max) / sum;
  }
  return weights;
}

/** weights · v of every head. A key of weight 0 adds nothing, whatever its value (NaN and infinities in padding). */
function mix(weights: Float64Array, { q, v }: AttentionInputs, { B, H, G, T, S, e }: Sizes): Tensor {
  const out = newNumbers(q.dtype, B * H * T * e);
  const finite = asNumbers(v.data).map((x) => (Number.isFinite(x) ? x : 0));
  const values = finite.some((x, n) => x !== asNumbers(v.data)[n]) ? finite : asNumbers(v.data);
  for (let head = 0; head < B * H; head++) {
    const group = Math.floor(head / H) * G + Math.floor(((head % H) * G) / H);
    multiply(matrix(weights, head * T * S, S), matrix(values, group * S * e, e), { M: T, K: S, N: e }, out, head * T * e);
  }
  return result(q.dtype, [B, H, T, e], out);
}

/**
 * Attention of all heads, with every stage.
 * @throws HeadlightError `shape` when q, k and v do not fit each other
 */
export function attend(inputs: AttentionInputs): AttentionResult {
  const sizes = sizesOf(inputs);
  const { B, H, T, S } = sizes;
  const { softcap = 0, masks = [], visible, sinks = null, q } = inputs;
  const products = scoreProducts(inputs, sizes);
  const capped = softcap > 0 ? products.map((x) => softcap * Math.tanh(x / softcap)) : products;
  const logits = capped.slice();
  for (const mask of masks) addMask(logits, mask, sizes);
  if (visible) hide(logits, visible, sizes);
  const weights = weigh(logits, sinks, sizes);
  const stage = (values: Float64Array): Tensor => {
    const data = newNumbers(q.dtype, values.length);
    data.set(values);
    return result(q.dtype, [B, H, T, S], data);
  };
  return {
    products: stage(products),
    capped: stage(capped),
    logits: stage(logits),
    weights: stage(weights),
    y: mix(weights, inputs, sizes),
  };
}

/** [B, T, H·d] → [B, H, T, d] */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [B, T, width] = x.shape as [number, number, number];
  const d = width / heads;
  if (!Number.isInteger(d)) throw new HeadlightError('shape', `attention: a width of ${width} is not divisible by ${heads} heads.`);
  return swapMiddle({ ...x, shape: [B, T, heads, d] });
}

/** [B, H, T, d] → [B, T, H·d] */
export function joinHeads(x: Tensor): Tensor {
  const { dtype, shape, data } = swapMiddle(x);
  return { dtype, shape: [shape[0]!, shape[1]!, shape[2]! * shape[3]!], data };
}

/** [a, b, c, d] → [a, c, b, d] */
function swapMiddle({ dtype, shape, data }: Tensor): Tensor {
  const [a, b, c, d] = shape as [number, number, number, number];
  const out = data.slice();
  for (let n = 0; n < a * b * c; n++) {
    const target = (Math.floor(n / (b * c)) * c + (n % c)) * b + (Math.floor(n / c) % b);
    out.set(data.subarray(n * d, (n + 1) * d) as never, target * d);
  }
  return { dtype, shape: [a, c, b, d], data: out };
}

/** A mask from what holds for each example, query and key; false hides. [B, 1, T, S] */
export function booleanMask(B: number, T: number, S: number, holds: (b: number, t: number, s: number) => boolean): Tensor {
  const data = new Uint8Array(sizeOf([B, T, S]));
  for (let n = 0; n < data.length; n++) data[n] = holds(Math.floor(n / (T * S)), Math.floor(n / S) % T, n % S) ? 1 : 0;
  return { dtype: 'bool', shape: [B, 1, T, S], data };
}
