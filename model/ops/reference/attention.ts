/** ai.onnx Attention, opset 23 to 25. */
import type { Tensor } from '../../tensor.ts';
import { type AttentionResult, attend, joinHeads, splitHeads, type Visible } from './core.ts';
import { type Call, flag, type Inputs, integersOf, type Kernels, need, number } from './kernel.ts';
import { padWith } from './select.ts';
import { concat } from './shape.ts';

/** Keys that query t of example b may see. */
function visibility(call: Call, T: number, S: number, past: number, valid: readonly number[] | null): (b: number, t: number) => Visible {
  const causal = flag(call, 'is_causal');
  const [left, right] = [number(call, 'left_window_size', -1), number(call, 'right_window_size', -1)];
  return (b, t) => {
    const position = t + (valid ? valid[b]! - T : past);
    const ends = [S, valid ? valid[b]! : S, causal ? position + 1 : S, right >= 0 ? position + right + 1 : S];
    return [left >= 0 ? position - left : 0, Math.min(...ends)];
  };
}

/** A mask whose last axis is shorter than S hides the rest. */
function padded(mask: Tensor, S: number): Tensor {
  const missing = S - mask.shape.at(-1)!;
  if (missing <= 0 || mask.shape.at(-1) === 1) return mask;
  const ends = mask.shape.map((_, axis) => (axis === mask.shape.length - 1 ? missing : 0));
  const hidden = mask.dtype === 'bool' ? 0 : Number.NEGATIVE_INFINITY;
  return padWith(
    mask,
    ends.map(() => 0),
    ends,
    'constant',
    hidden,
  );
}

/** qk_matmul_output_mode: what the fourth output holds. */
function stage(mode: number, { products, capped, logits, weights }: AttentionResult): Tensor {
  return [products, capped, logits, weights][mode] ?? products;
}

/** q, k, v [B, heads, length, d] or [B, length, heads·d]; past key and value are put before k and v. */
function attention(inputs: Inputs, call: Call): Tensor[] {
  const [q, k, v] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  const flat = q.shape.length === 3;
  const [H, G] = [number(call, 'q_num_heads', 1), number(call, 'kv_num_heads', 1)];
  const query = flat ? splitHeads(q, H) : q;
  const [newKeys, newValues] = flat ? [splitHeads(k, G), splitHeads(v, G)] : [k, v];
  const [pastKeys, pastValues] = [inputs[4], inputs[5]];
  const keys = pastKeys ? concat([pastKeys, newKeys], 2) : newKeys;
  const values = pastValues ? concat([pastValues, newValues], 2) : newValues;
  const [T, S] = [query.shape[2]!, keys.shape[2]!];
  const result = attend({
    q: query,
    k: keys,
    v: values,
    scale: number(call, 'scale', 1 / Math.sqrt(query.shape[3]!)),
    softcap: number(call, 'softcap', 0),
    masks: inputs[3] ? [padded(inputs[3], S)] : [],
    visible: visibility(call, T, S, pastKeys?.shape[2] ?? 0, integersOf(inputs[6])),
  });
  return [flat ? joinHeads(result.y) : result.y, keys, values, stage(number(call, 'qk_matmul_output_mode', 0), result)];
}

export const attentions: Kernels = { Attention: attention };
