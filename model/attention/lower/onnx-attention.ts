/**
 * ai.onnx Attention, opsets 23 to 25.
 *
 *     logits = cap(scale · q·kᵀ) + mask; query i sees key j when j ≤ i + offset, j < nonpad, and j lies in the window
 *
 * offset is the length of the cache; with `nonpad_kv_seqlen` the frontier ends at the valid keys: nonpad − T. The scale is applied as √scale on
 * both sides in the specification, which is the same number. Source: onnx docs/Operators.md, Attention. Opset 25's window attributes are
 * rejected by the runtime.
 */
import { floatAttribute, hasAttribute, intAttribute } from '../graph/attributes.ts';
import { TYPE } from '../graph/constants.ts';
import { attend, joinHeads, keyIndex, notAfter, perBatch, queryIndex, splitHeads } from './attend.ts';
import { floatCache } from './group-query.ts';
import { floatInput, inputOf, joined, rankOf } from './inputs.ts';
import type { Lower, Lowering } from './types.ts';

/** A mask shorter than the keys hides the rest. */
function padded({ b }: Lowering, mask: string, k: string, fill: string): string {
  const missing = b.op('Sub', [b.size(k, 2), b.size(mask, -1)]);
  const none = b.op('Max', [missing, b.ints(0)]);
  const one = b.op('Equal', [b.size(mask, -1), b.ints(1)]);
  const real = b.op('Mul', [none, b.op('Sub', [b.ints(1), b.cast(one, TYPE.int64)])]);
  return b.op('Pad', [mask, b.op('Concat', [b.ints(0, 0, 0, 0, 0, 0, 0), real], { axis: 0 }), fill]);
}

/** [S], [T, S], [H, T, S] or [B, H, T, S] with four axes. */
function four({ b }: Lowering, mask: string, rank: number): string {
  return rank === 4 ? mask : b.op('Unsqueeze', [mask, b.ints(...Array.from({ length: 4 - rank }, (_, i) => i))]);
}

function masked(l: Lowering, k: string): { bias?: string; allow: string[] } {
  const { b, ref, subject } = l;
  const mask = inputOf(l, 3);
  if (!mask) return { allow: [] };
  const boolean = subject.fact(ref.node.input[3]!)?.type === TYPE.bool;
  const float = four(l, b.cast(mask, TYPE.float), rankOf(l, mask));
  if (!boolean) return { bias: padded(l, float, k, b.float(-1.7e38)), allow: [] };
  return { allow: [b.op('Greater', [padded(l, float, k, b.float(0)), b.float(0)])] };
}

/** Whether the size of an axis is said by the graph: the axes of graph inputs can be free. */
function isFixed({ subject, ref }: Lowering, input: number, axis: number): boolean {
  const dims = subject.view.inputs.get(ref.node.input[input]!)?.type?.tensorType?.shape?.dim;
  return dims === undefined || Number(dims[axis]?.dimValue ?? 0) > 0;
}

/** H and G of four axes; G is null where a free axis hides it, and then H is taken from whichever input says it. */
function headsOf(l: Lowering): [number, number | null] {
  const size = (i: number): number => l.subject.shape(l.ref.node.input[i]!)?.[1] ?? 1;
  const [fixedQ, fixedK] = [isFixed(l, 0, 1), isFixed(l, 1, 1)];
  if (fixedQ && fixedK) return [size(0), size(1)];
  return [fixedQ ? size(0) : fixedK ? size(1) : size(0), null];
}

export const onnxAttention: Lower = (l) => {
  const { b, ref, subject } = l;
  const [rawQ, rawK, rawV] = [floatInput(l, 0), floatInput(l, 1), floatInput(l, 2)];
  const shape = subject.shape(ref.node.input[0]!);
  if (!rawQ || !rawK || !rawV || !shape) return null;
  const flat = shape.length === 3;
  const [heads, groups] = flat ? [intAttribute(ref.node, 'q_num_heads', 1), intAttribute(ref.node, 'kv_num_heads', 1)] : headsOf(l);
  const q = flat ? splitHeads(b, rawQ, heads) : rawQ;
  const keyHeads = groups ?? heads;
  const past = [4, 5].map((i) => (ref.node.input[i] ? floatCache(l, i) : undefined));
  const k = joined(l, past[0], flat ? splitHeads(b, rawK, keyHeads) : rawK);
  const v = joined(l, past[1], flat ? splitHeads(b, rawV, keyHeads) : rawV);
  const { bias, allow } = masked(l, k);
  const nonpad = inputOf(l, 6);
  const lengths = nonpad && perBatch(b, b.cast(nonpad, TYPE.int64));
  const newest = lengths ? b.op('Sub', [lengths, b.size(q, 2)]) : past[0] ? b.op('Squeeze', [b.size(past[0], 2), b.ints(0)]) : b.int(0);
  const causal = intAttribute(ref.node, 'is_causal', 0) === 1;
  const [left, right] = [intAttribute(ref.node, 'left_window_size', -1), intAttribute(ref.node, 'right_window_size', -1)];
  const at = b.op('Add', [queryIndex(b, q), newest]);
  if (lengths) allow.push(b.op('Less', [keyIndex(b, k), lengths]));
  if (causal) allow.push(notAfter(b, keyIndex(b, k), at));
  if (left >= 0) allow.push(notAfter(b, b.op('Sub', [at, b.int(left)]), keyIndex(b, k)));
  if (right >= 0) allow.push(notAfter(b, keyIndex(b, k), b.op('Add', [at, b.int(right)])));
  const scale = hasAttribute(ref.node, 'scale') ? floatAttribute(ref.node, 'scale', 1) : null;
  const softcap = floatAttribute(ref.node, 'softcap', 0);
  const formula = attend(b, { q, k, v, heads, groups, scale, softcap, bias, allow });
  const d = flat ? shape[2]! / heads : shape[3]!;
  return {
    facts: {
      heads,
      kvHeads: keyHeads,
      headDim: d,
      causal,
      window: left >= 0 ? left + 1 : null,
      scale: scale ?? 1 / Math.sqrt(d),
      softcap: softcap || null,
      sink: false,
    },
    formula,
    output: flat ? joinHeads(b, formula.output) : formula.output,
    others: new Map([
      [1, k],
      [2, v],
      [
        3,
        [formula.scaled, formula.capped, formula.logits, formula.weights][intAttribute(ref.node, 'qk_matmul_output_mode', 0)] ??
          formula.scaled,
      ],
    ]),
    replaces: left >= 0 || right >= 0 ? "the runtime does not know opset 25's window attributes" : null,
  };
};
