/**
 * com.microsoft.Attention and QAttention: the projections of q, k and v are inside.
 *
 *     [q k v] = x·W + b; past in front of k and v; logits = scale·q·kᵀ (+ bias), masked
 *
 * Source: onnxruntime docs/ContribOperators.md. onnxruntime's CPU kernel ends the process when the bias is missing, and has no 4-D mask and no rotary.
 */
import { floatAttribute, intAttribute, intsAttribute } from '../graph/attributes.ts';
import { attend, causalMask, indices, joinHeads, splitHeads } from './attend.ts';
import { asFloat, floatInput, inputOf, joined, rankOf } from './inputs.ts';
import { behind, keyMask, unidirectional } from './masks.ts';
import { rotate } from './rotary.ts';
import type { Lower, Lowered, Lowering } from './types.ts';

/** Where the two operators keep the same things. */
interface Places {
  readonly mask: number;
  readonly past: number;
  readonly bias: number | null;
}

function dequantised(l: Lowering, x: number, scale: number, zero: number): string {
  const { b, ref } = l;
  const names = [ref.node.input[x]!, ref.node.input[scale]!];
  const point = inputOf(l, zero);
  const perColumn = (l.subject.shape(names[1]!)?.length ?? 0) > 0 && l.subject.shape(names[1]!)?.[0] !== 1;
  const scalar = (name: string): string =>
    (l.subject.shape(name)?.length ?? 0) === 1 && !perColumn ? b.op('Squeeze', [name, b.ints(0)]) : name;
  return b.op('DequantizeLinear', [names[0]!, scalar(names[1]!), ...(point ? [scalar(point)] : [])], perColumn ? { axis: 1 } : {});
}

/** [q, k, v] as [B, n, T, d]. */
function projected(l: Lowering, quantised: boolean, heads: number): [string, string, string] {
  const { b, ref, subject } = l;
  const x = quantised ? dequantised(l, 0, 3, 6) : floatInput(l, 0)!;
  const w = quantised ? dequantised(l, 1, 4, 7) : floatInput(l, 1)!;
  const bias = floatInput(l, 2);
  const all = bias ? b.op('Add', [b.op('MatMul', [x, w]), bias]) : b.op('MatMul', [x, w]);
  const width = subject.shape(ref.node.input[1]!)![1]!;
  const sizes = intsAttribute(ref.node, 'qkv_hidden_sizes') ?? [width / 3, width / 3, width / 3];
  let start = 0;
  const [q, k, v] = sizes.map((n) => {
    start += n;
    return splitHeads(b, b.op('Slice', [all, b.ints(start - n), b.ints(start), b.ints(2)]), heads);
  }) as [string, string, string];
  return [q, k, v];
}

function turned(l: Lowering, x: string, past: string | undefined, d: number): string {
  const { b, ref } = l;
  const width = intAttribute(ref.node, 'rotary_embedding_dim', 0) || d;
  const offset = past ? b.op('Squeeze', [b.size(past, 3), b.ints(0)]) : b.int(0);
  const positions = b.op('Add', [indices(b, b.size(x, 2)), offset]);
  const half = width / 2;
  const angles = Array.from({ length: half }, (_, i) => 10000 ** ((-2 * i) / width));
  const frequencies = b.floats(angles, [1, half]);
  const table = b.op('Mul', [b.op('Unsqueeze', [b.cast(positions, 1), b.ints(1)]), frequencies]);
  const all = b.op('Unsqueeze', [indices(b, b.size(x, 2)), b.ints(0)]);
  return rotate(b, x, { cos: b.op('Cos', [table]), sin: b.op('Sin', [table]), positions: all, half, interleaved: false });
}

function split(l: Lowering, past: string, index: number): string {
  return l.b.op('Gather', [asFloat(l, past), l.b.int(index)], { axis: 0 });
}

function lowered(l: Lowering, quantised: boolean, places: Places): Lowered | null {
  const { b, ref, subject } = l;
  const heads = intAttribute(ref.node, 'num_heads', 1);
  const width = subject.shape(ref.node.input[1]!)?.[1];
  if (width === undefined || intAttribute(ref.node, 'past_present_share_buffer', 0) === 1) return null;
  const rotary = intAttribute(ref.node, 'do_rotary', 0) === 1;
  const past = inputOf(l, places.past);
  const mask = inputOf(l, places.mask);
  let [q, k, v] = projected(l, quantised, heads);
  const d = (intsAttribute(ref.node, 'qkv_hidden_sizes')?.[0] ?? width / 3) / heads;
  if (rotary) [q, k] = [turned(l, q, past, d), turned(l, k, past, d)];
  k = joined(l, past && split(l, past, 0), k);
  v = joined(l, past && split(l, past, 1), v);
  const allow = mask ? [keyMask(l, mask, q, k)] : [];
  const causal = unidirectional(l);
  if (causal) allow.push(causalMask(b, q, k, behind(l, q, k)));
  const scale = floatAttribute(ref.node, 'scale', 0) || null;
  const bias = places.bias === null ? undefined : floatInput(l, places.bias);
  const formula = attend(b, { q, k, v, heads, groups: heads, scale, softcap: 0, bias, allow });
  const present = ref.node.output[1]
    ? b.op('Concat', [b.op('Unsqueeze', [k, b.ints(0)]), b.op('Unsqueeze', [v, b.ints(0)])], { axis: 0 })
    : null;
  return {
    facts: { heads, kvHeads: heads, headDim: d, causal, window: null, scale: scale ?? 1 / Math.sqrt(d), softcap: null, sink: false },
    formula,
    output: joinHeads(b, formula.output),
    others: new Map(present ? [[1, present]] : []),
    replaces: quantised ? null : unrunnable(l, mask, rotary),
  };
}

function unrunnable(l: Lowering, mask: string | undefined, rotary: boolean): string | null {
  if (rotary) return 'rotary positions inside com.microsoft.Attention run on CUDA alone';
  if (mask && rankOf(l, mask) === 4) return 'a 4-D mask in com.microsoft.Attention runs on CUDA alone';
  return inputOf(l, 2) ? null : 'com.microsoft.Attention without a bias ends the runtime';
}

export const attention: Lower = (l) => lowered(l, false, { mask: 3, past: 4, bias: 5 });
export const qAttention: Lower = (l) => lowered(l, true, { mask: 5, past: 8, bias: null });
