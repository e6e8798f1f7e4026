/**
 * The formula of every fused attention operator in plain ONNX operators:
 *
 *     logits  = cap(scale · q·kᵀ) + bias, masked      [B, H, T, S]
 *     weights = softmax(logits, sink)                 [B, H, T, S]; a row that may see nothing is 0
 *     output  = weights · v                           [B, H, T, e]
 *
 * q [B, H, T, d], k [B, G, S, d], v [B, G, S, e], all float32; masks are boolean, true = attend.
 */
import type { Builder } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';

export interface Attend {
  readonly q: string;
  readonly k: string;
  readonly v: string;
  readonly heads: number;
  /** Null when only the tensors say how many heads share a key. */
  readonly groups: number | null;
  /** Factor on q·k; null: 1/√d. */
  readonly scale: number | null;
  readonly softcap: number;
  /** Added to the logits, broadcast to [B, H, T, S]. */
  readonly bias?: string | undefined;
  /** Which keys may be seen: each broadcast to [B, H, T, S], all of them must allow. */
  readonly allow: readonly string[];
  /** Logit of one more column that takes weight and gives nothing, broadcast to [1, H, 1, 1]. */
  readonly sink?: string | undefined;
}

export interface Attended {
  /** q·kᵀ as the product gives it. */
  readonly scores: string;
  /** After the scale; after the cap. */
  readonly scaled: string;
  readonly capped: string;
  /** What softmax gets, without the sink's column. */
  readonly logits: string;
  readonly softmax: string;
  readonly weights: string;
  readonly output: string;
}

/** Below every logit and far from overflow when a bias is added. */
const LOWEST = -1.7e38;
/** A row whose largest logit lies below may see nothing. */
const NOTHING = -1e38;

/** [B, G, S, d] → [B, H, S, d], each group's keys for its heads. */
function repeated(b: Builder, x: string, a: Attend): string {
  if (a.heads === a.groups) return x;
  const times = a.groups === null ? b.op('Div', [b.size(a.q, 1), b.size(x, 1)]) : b.ints(a.heads / a.groups);
  const wide = b.op('Expand', [b.op('Unsqueeze', [x, b.ints(2)]), b.op('Concat', [b.ints(1, 1), times, b.ints(1, 1)], { axis: 0 })]);
  const shape = b.op('Shape', [x]);
  const part = (from: number, to: number): string => b.op('Slice', [shape, b.ints(from), b.ints(to), b.ints(0)]);
  return b.op('Reshape', [wide, b.op('Concat', [part(0, 1), b.size(a.q, 1), part(2, 4)], { axis: 0 })]);
}

function scaleOf(b: Builder, q: string, scale: number | null): string {
  if (scale !== null) return b.float(scale);
  const d = b.cast(b.size(q, 3), TYPE.float);
  return b.op('Reciprocal', [b.op('Sqrt', [d])]);
}

/** Writes the formula. The names in the result are values of the graph. */
export function attend(b: Builder, a: Attend): Attended {
  const k = repeated(b, a.k, a);
  const v = repeated(b, a.v, a);
  const scores = b.op('MatMul', [a.q, b.op('Transpose', [k], { perm: [0, 1, 3, 2] })]);
  const scaled = b.op('Mul', [scores, scaleOf(b, a.q, a.scale)]);
  const cap = b.float(a.softcap);
  const capped = a.softcap > 0 ? b.op('Mul', [b.op('Tanh', [b.op('Div', [scaled, cap])]), cap]) : scaled;
  let x = capped;
  if (a.bias) x = b.op('Add', [x, b.op('Max', [a.bias, b.float(LOWEST)])]);
  for (const allow of a.allow) x = b.op('Where', [allow, x, b.float(LOWEST)]);
  const { softmax, weights } = a.sink ? withSink(b, x, a.sink) : guarded(b, x, a.allow.length > 0 || a.bias !== undefined);
  return { scores, scaled, capped, logits: x, softmax, weights, output: b.op('MatMul', [weights, v]) };
}

/** One more column takes its part and is cut off. */
function withSink(b: Builder, x: string, sink: string): { softmax: string; weights: string } {
  const first = b.op('Slice', [x, b.ints(0), b.ints(1), b.ints(3)]);
  const column = b.op('Add', [b.op('Mul', [b.op('Max', [first, b.float(0)]), b.float(0)]), sink]);
  const softmax = b.op('Softmax', [b.op('Concat', [x, column], { axis: 3 })], { axis: -1 });
  return { softmax, weights: b.op('Slice', [softmax, b.ints(0), b.ints(-1), b.ints(3)]) };
}

/** A row that may see nothing is 0. */
function guarded(b: Builder, x: string, mask: boolean): { softmax: string; weights: string } {
  const softmax = b.op('Softmax', [x], { axis: -1 });
  if (!mask) return { softmax, weights: softmax };
  return {
    softmax,
    weights: b.op('Where', [b.op('Greater', [b.op('ReduceMax', [x, b.ints(3)], { keepdims: 1 }), b.float(NOTHING)]), softmax, b.float(0)]),
  };
}

/** [B, T, n·d] → [B, n, T, d]. */
export function splitHeads(b: Builder, x: string, n: number): string {
  return b.op('Transpose', [b.op('Reshape', [x, b.ints(0, 0, n, -1)])], { perm: [0, 2, 1, 3] });
}

/** [B, n, T, d] → [B, T, n·d]. */
export function joinHeads(b: Builder, x: string): string {
  return b.op('Reshape', [b.op('Transpose', [x], { perm: [0, 2, 1, 3] }), b.ints(0, 0, -1)]);
}

/** 0 … n−1 as an int64 vector, n an int64 vector of length 1. */
export function indices(b: Builder, n: string): string {
  return b.op('Range', [b.int(0), b.op('Squeeze', [n, b.ints(0)]), b.int(1)]);
}

/** Keys `j` [1, 1, 1, S] of `x` [B, G, S, d]. */
export function keyIndex(b: Builder, k: string): string {
  return b.op('Unsqueeze', [indices(b, b.size(k, 2)), b.ints(0, 1, 2)]);
}

/** Queries `i` [1, 1, T, 1] of `q` [B, H, T, d]. */
export function queryIndex(b: Builder, q: string): string {
  return b.op('Unsqueeze', [indices(b, b.size(q, 2)), b.ints(0, 1, 3)]);
}

/** A value per batch [B] as [B, 1, 1, 1]. */
export function perBatch(b: Builder, x: string): string {
  return b.op('Unsqueeze', [x, b.ints(1, 2, 3)]);
}

/** j ≤ i + offset; offset is a scalar or [B, 1, 1, 1], int64. */
export function causalMask(b: Builder, q: string, k: string, offset: string): string {
  return notAfter(b, keyIndex(b, k), b.op('Add', [queryIndex(b, q), offset]));
}

/** a ≤ b for int64, written so that every opset has it. */
export function notAfter(b: Builder, x: string, y: string): string {
  return b.op('Less', [x, b.op('Add', [y, b.int(1)])]);
}
