/**
 * com.microsoft.MultiHeadAttention and DecoderMaskedMultiHeadAttention: q, k and v come projected, packed or not, with a bias or without.
 * Source: onnxruntime docs/ContribOperators.md. The packed forms run on CUDA alone.
 */
import { floatAttribute, intAttribute } from '../graph/attributes.ts';
import { attend, causalMask, joinHeads, splitHeads } from './attend.ts';
import { floatInput, inputOf, joined, rankOf } from './inputs.ts';
import { behind, keyMask, unidirectional } from './masks.ts';
import type { Lower, Lowered, Lowering } from './types.ts';

interface Places {
  readonly bias: number;
  readonly mask: number;
  readonly added: number;
  readonly past: readonly [number, number];
  readonly length: number | null;
}

type Three = [string, string, string];

/** cache_indirection: beams whose caches are mixed up among each other. */
const BEAMS = 9;

/** Part `index` of a packed [B, L, n, parts, d] as [B, n, L, d]. */
function unpacked({ b }: Lowering, x: string, index: number): string {
  return b.op('Transpose', [b.op('Gather', [x, b.int(index)], { axis: 3 })], { perm: [0, 2, 1, 3] });
}

/** The part of the joint bias [nd + nd + ne] for one of q, k, v; `others` are the widths before it. */
function biased({ b }: Lowering, x: string, bias: string | undefined, start: string, end: string): string {
  return bias ? b.op('Add', [x, b.op('Slice', [bias, start, end, b.ints(0)])]) : x;
}

/** [B, n, T, d] of one input that is [B, T, n·d] or already [B, n, T, d]. */
function four(l: Lowering, x: string, source: string, heads: number): string {
  return rankOf(l, source) === 4 ? x : splitHeads(l.b, x, heads);
}

function separate(l: Lowering, heads: number, places: Places): Three | null {
  const { b, ref } = l;
  const bias = floatInput(l, places.bias);
  const [q, k, v] = [floatInput(l, 0), floatInput(l, 1), floatInput(l, 2)];
  if (!q || !k || !v) return null;
  const own = rankOf(l, ref.node.input[1]!) === 3;
  const n = b.size(q, 2);
  const twice = b.op('Mul', [n, b.ints(2)]);
  return [
    splitHeads(b, biased(l, q, bias, b.ints(0), n), heads),
    four(l, own ? biased(l, k, bias, n, twice) : k, ref.node.input[1]!, heads),
    four(l, own ? biased(l, v, bias, twice, b.ints(2 ** 31)) : v, ref.node.input[2]!, heads),
  ];
}

function operands(l: Lowering, heads: number, places: Places): Three | null {
  const { ref } = l;
  const q = floatInput(l, 0);
  if (!q) return null;
  if (rankOf(l, ref.node.input[0]!) === 5) return [unpacked(l, q, 0), unpacked(l, q, 1), unpacked(l, q, 2)];
  const k = floatInput(l, 1);
  if (k && rankOf(l, ref.node.input[1]!) === 5) return [splitHeads(l.b, q, heads), unpacked(l, k, 0), unpacked(l, k, 1)];
  return separate(l, heads, places);
}

/** The filled part of a cache that is longer than what it holds. */
function filled(l: Lowering, cache: string | undefined, length: number | null): string | undefined {
  const n = length === null ? undefined : inputOf(l, length);
  if (!cache || !n || intAttribute(l.ref.node, 'past_present_share_buffer', 0) === 0) return cache;
  const { b } = l;
  return b.op('Slice', [cache, b.ints(0), b.op('Reshape', [b.cast(n, 7), b.ints(1)]), b.ints(2)]);
}

/** The cache after the run: all keys, or, in a buffer that is longer than what it holds, the keys and what lies behind them. */
function stored(l: Lowering, input: number, length: number | null, all: string): string {
  const { b } = l;
  const cache = floatInput(l, input);
  if (!cache || filled(l, cache, length) === cache) return all;
  return b.op('Concat', [all, b.op('Slice', [cache, b.size(all, 2), b.ints(2 ** 31), b.ints(2)])], { axis: 2 });
}

function lowered(l: Lowering, places: Places): Lowered | null {
  const { b, ref, subject } = l;
  const heads = intAttribute(ref.node, 'num_heads', 1);
  const three = inputOf(l, BEAMS) ? null : operands(l, heads, places);
  if (!three) return null;
  const [q, newK, newV] = three;
  const k = joined(l, filled(l, floatInput(l, places.past[0]), places.length), newK);
  const v = joined(l, filled(l, floatInput(l, places.past[1]), places.length), newV);
  const mask = inputOf(l, places.mask);
  const allow = mask ? [keyMask(l, mask, q, k)] : [];
  const causal = unidirectional(l);
  if (causal) allow.push(causalMask(b, q, k, behind(l, q, k)));
  const scale = floatAttribute(ref.node, 'scale', 0) || null;
  const formula = attend(b, { q, k, v, heads, groups: heads, scale, softcap: 0, bias: floatInput(l, places.added), allow });
  const shape = subject.shape(ref.node.input[0]!);
  const d = shape?.length === 5 ? shape[4]! : shape ? shape[2]! / heads : null;
  const packed = rankOf(l, ref.node.input[0]!) === 5 || (ref.node.input[1] !== undefined && rankOf(l, ref.node.input[1]) === 5);
  return {
    facts: { heads, kvHeads: heads, headDim: d, causal, window: null, scale: scale ?? (d && 1 / Math.sqrt(d)), softcap: null, sink: false },
    formula,
    output: joinHeads(b, formula.output),
    others: new Map([
      [1, stored(l, places.past[0], places.length, k)],
      [2, stored(l, places.past[1], places.length, v)],
      [3, formula.logits],
    ]),
    replaces: packed ? 'packed queries, keys and values in MultiHeadAttention run on CUDA alone' : null,
  };
}

export const multiHead: Lower = (l) => lowered(l, { bias: 3, mask: 4, added: 5, past: [6, 7], length: null });
export const decoderMasked: Lower = (l) => lowered(l, { bias: 10, mask: 3, added: 4, past: [5, 6], length: 7 });
