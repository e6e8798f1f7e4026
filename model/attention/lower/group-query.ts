/**
 * com.microsoft.GroupQueryAttention: H query heads share G key/value heads; rotary positions, a window, a cap and a sink may be inside.
 *
 *     query i of a row sees key j when j ≤ i + past, j > i + past − window, j < length of the row
 *
 * Source: onnxruntime docs/ContribOperators.md. The norms of q and k run on CUDA and WebGPU alone.
 */
import { floatAttribute, intAttribute } from '../graph/attributes.ts';
import { TYPE } from '../graph/constants.ts';
import { attend, causalMask, indices, joinHeads, keyIndex, perBatch, queryIndex, splitHeads } from './attend.ts';
import { floatInput, inputOf } from './inputs.ts';
import { rotate } from './rotary.ts';
import type { Lower, Lowering } from './types.ts';

export interface Grouped {
  readonly q: string;
  readonly k: string;
  readonly v: string;
  /** Keys in the cache before these queries, an int64 scalar. */
  readonly past: string;
}

/** q [B, T, N·d], k and v [B, T, G·d], from separate inputs or one packed one. */
function operands(l: Lowering, heads: number, groups: number): [string, string, string] | null {
  const { b, subject, ref } = l;
  const [q, k, v] = [floatInput(l, 0), floatInput(l, 1), floatInput(l, 2)];
  if (!q) return null;
  if (k && v) return [q, k, v];
  const width = subject.shape(ref.node.input[0]!)?.[2];
  if (width === undefined) return null;
  const d = width / (heads + 2 * groups);
  const part = (from: number, to: number): string => b.op('Slice', [q, b.ints(from * d), b.ints(to * d), b.ints(2)]);
  return [part(0, heads), part(heads, heads + groups), part(heads + groups, heads + 2 * groups)];
}

/** x / √(mean x² + ε) · g over the head dimension. */
function rms({ b, ref }: Lowering, x: string, gain: string | undefined): string {
  if (!gain) return x;
  const d = b.cast(b.size(x, 3), TYPE.float);
  const ones = b.op('Mul', [b.op('Slice', [x, b.ints(0), b.ints(1), b.ints(2)]), b.float(0)]);
  const column = b.op('Transpose', [b.op('Add', [ones, b.float(1)])], { perm: [0, 1, 3, 2] });
  const mean = b.op('Div', [b.op('MatMul', [b.op('Mul', [x, x]), column]), d]);
  const root = b.op('Sqrt', [b.op('Add', [mean, b.float(floatAttribute(ref.node, 'qk_norm_epsilon', 1e-6))])]);
  return b.op('Mul', [b.op('Div', [x, root]), gain]);
}

/** Positions of the queries: given, or counted from the end of the cache. */
function positionsOf(l: Lowering, q: string, past: string, given: string | undefined): string {
  const { b } = l;
  if (given) return given;
  return b.op('Unsqueeze', [b.op('Add', [indices(b, b.size(q, 2)), past]), b.ints(0)]);
}

/** q, k and v as [B, n, T, d], normalised, rotated, the filled part of the cache in front. */
export function grouped(
  l: Lowering,
  heads: number,
  groups: number,
  places: { total: number; cos: number; positions: number | null },
): Grouped | null {
  const { b, ref, subject } = l;
  const three = operands(l, heads, groups);
  const total = inputOf(l, places.total);
  if (!three || !total) return null;
  let [q, k] = [splitHeads(b, three[0], heads), splitHeads(b, three[1], groups)];
  const v = splitHeads(b, three[2], groups);
  q = rms(l, q, floatInput(l, 14));
  k = rms(l, k, floatInput(l, 15));
  const whole = b.op('Reshape', [b.cast(total, TYPE.int64), b.ints(1)]);
  const before = b.op('Sub', [whole, b.size(q, 2)]);
  const past = b.op('Squeeze', [before, b.ints(0)]);
  const [cos, sin] = [floatInput(l, places.cos), floatInput(l, places.cos + 1)];
  if (intAttribute(ref.node, 'do_rotary', 0) === 1 && cos && sin) {
    const half = subject.shape(ref.node.input[places.cos]!)?.[1];
    if (half === undefined) return null;
    const positions = positionsOf(l, q, past, places.positions === null ? undefined : inputOf(l, places.positions));
    const r = { cos, sin, positions, half, interleaved: intAttribute(ref.node, 'rotary_interleaved', 0) === 1 };
    [q, k] = [rotate(b, q, r), rotate(b, k, r)];
  }
  const cache = (i: number, now: string): string => {
    const old = ref.node.input[i] ? floatCache(l, i) : undefined;
    return old ? b.op('Concat', [b.op('Slice', [old, b.ints(0), before, b.ints(2)]), now], { axis: 2 }) : now;
  };
  return { q, k: cache(3, k), v: cache(4, v), past };
}

/** A cache may be empty for the assumed lengths and not so in a run: it is joined whatever its size. */
export function floatCache({ b, ref, subject }: Lowering, i: number): string {
  const name = ref.node.input[i]!;
  return subject.fact(name)?.type === TYPE.float ? name : b.cast(name, TYPE.float);
}

/** j > i + past − window. */
function inWindow({ b }: Lowering, { q, k, past }: Grouped, window: number): string {
  const edge = b.op('Sub', [b.op('Add', [queryIndex(b, q), past]), b.int(window)]);
  return b.op('Less', [edge, keyIndex(b, k)]);
}

/** Which rows of the output are defined: those of real tokens (the rest is padding on the right). */
function definedRows({ b }: Lowering, { q, past }: Grouped, lengths: string): string {
  const i = b.op('Unsqueeze', [b.op('Add', [indices(b, b.size(q, 2)), past]), b.ints(0, 2)]);
  return b.op('Less', [i, b.op('Unsqueeze', [lengths, b.ints(1, 2)])]);
}

function sinkOf(l: Lowering): string | undefined {
  const { b, ref } = l;
  const sink = floatInput(l, 11);
  if (sink) return b.op('Unsqueeze', [sink, b.ints(0, 2, 3)]);
  return intAttribute(ref.node, 'smooth_softmax', 0) === 1 ? b.float(0) : undefined;
}

/** What onnxruntime's CPU kernel says no to. */
function unrunnable(l: Lowering): string | null {
  if (inputOf(l, 14) || inputOf(l, 15)) return 'norms of queries and keys inside GroupQueryAttention do not run on the CPU';
  const half = inputOf(l, 7) && l.subject.shape(l.ref.node.input[7]!)?.[1];
  return half && half % 8 !== 0 ? 'GroupQueryAttention turns a multiple of 16 channels only' : null;
}

export const groupQuery: Lower = (l) => {
  const { b, ref, subject } = l;
  const heads = intAttribute(ref.node, 'num_heads', 1);
  const groups = intAttribute(ref.node, 'kv_num_heads', heads);
  const quantisedCache = inputOf(l, 12) !== undefined || inputOf(l, 13) !== undefined;
  const g = quantisedCache ? null : grouped(l, heads, groups, { total: 6, cos: 7, positions: 9 });
  const seqlens = inputOf(l, 5);
  if (!g || !seqlens) return null;
  const lengths = b.op('Add', [b.op('Reshape', [b.cast(seqlens, TYPE.int64), b.ints(-1)]), b.ints(1)]);
  const window = intAttribute(ref.node, 'local_window_size', -1);
  const causal = intAttribute(ref.node, 'causal', 1) === 1;
  const allow = [b.op('Less', [keyIndex(b, g.k), perBatch(b, lengths)])];
  if (causal) allow.push(causalMask(b, g.q, g.k, g.past));
  if (window > 0) allow.push(inWindow(l, g, window));
  const scale = floatAttribute(ref.node, 'scale', 0) || null;
  const softcap = floatAttribute(ref.node, 'softcap', 0);
  const sink = sinkOf(l);
  const formula = attend(b, { ...g, heads, groups, scale, softcap, bias: floatInput(l, 10), allow, sink });
  const width = subject.shape(ref.node.input[0]!)?.[2];
  const d = width === undefined ? null : inputOf(l, 1) ? width / heads : width / (heads + 2 * groups);
  return {
    facts: {
      heads,
      kvHeads: groups,
      headDim: d,
      causal,
      window: window > 0 ? window : null,
      scale: scale ?? (d && 1 / Math.sqrt(d)),
      softcap: softcap || null,
      sink: sink !== undefined,
    },
    formula,
    output: joinHeads(b, formula.output),
    others: new Map([
      [1, g.k],
      [2, g.v],
      [3, intAttribute(ref.node, 'qk_output', 0) === 2 ? formula.weights : formula.logits],
    ]),
    defined: definedRows(l, g, lengths),
    replaces: unrunnable(l),
  };
};
