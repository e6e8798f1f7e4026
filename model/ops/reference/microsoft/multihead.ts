/** com.microsoft MultiHeadAttention and its form for one token. Source: onnxruntime, ContribOperators.md. */
import type { Tensor } from '../../../tensor.ts';
import { ADD } from '../arithmetic.ts';
import { binary } from '../broadcast.ts';
import { attend, joinHeads, splitHeads } from '../core.ts';
import { type Call, flag, type Inputs, type Kernels, need, number, scalarOf } from '../kernel.ts';
import { concat, part } from '../shape.ts';
import { keyMask } from './keys.ts';

/** q, k, v [B, H, length, d]. */
type Heads = [q: Tensor, k: Tensor, v: Tensor];

/** Entry n of the axis `axis` of a packed tensor, the axis gone. */
function picked(x: Tensor, axis: number, n: number): Tensor {
  return { ...part(x, axis, n, 1), shape: x.shape.filter((_, at) => at !== axis) };
}

/** [B, length, H, d] → [B, length, H·d] */
function flat(x: Tensor): Tensor {
  return { ...x, shape: [x.shape[0]!, x.shape[1]!, x.shape[2]! * x.shape[3]!] };
}

/** The three of them, packed or not: query [B, T, H, 3, d]; key [B, S, H, 2, d]; or [B, length, H·d] each. */
function unpackedInputs(inputs: Inputs, call: Call): [Tensor, Tensor, Tensor] {
  const query = need(inputs, 0, call);
  if (query.shape.length === 5) return [0, 1, 2].map((n) => flat(picked(query, 3, n))) as [Tensor, Tensor, Tensor];
  const key = need(inputs, 1, call);
  if (key.shape.length === 5) return [query, flat(picked(key, 3, 0)), flat(picked(key, 3, 1))];
  return [query, key, need(inputs, 2, call)];
}

/** Bias [q + k + v] added to the three; keys and values that come by heads (a cross cache) have theirs already. */
function biased(values: [Tensor, Tensor, Tensor], bias: Tensor | null | undefined): [Tensor, Tensor, Tensor] {
  if (!bias) return values;
  let start = 0;
  const total = bias.data.length;
  return values.map((x, n) => {
    if (x.shape.length === 4) return x;
    const width = n === 2 ? total - start : x.shape[2]!;
    start += width;
    return binary(x, part(bias, 0, start - width, width), ADD);
  }) as [Tensor, Tensor, Tensor];
}

function headsOf(inputs: Inputs, bias: Tensor | null | undefined, call: Call): Heads {
  const H = number(call, 'num_heads', 1);
  return biased(unpackedInputs(inputs, call), bias).map((x) => (x.shape.length === 4 ? x : splitHeads(x, H))) as Heads;
}

/** query, key, value, bias, key mask, bias of the logits, past key, past value. */
function multiHeadAttention(inputs: Inputs, call: Call): Tensor[] {
  const [q, newKeys, newValues] = headsOf(inputs, inputs[3], call);
  const [pastKeys, pastValues] = [inputs[6], inputs[7]];
  const k = pastKeys ? concat([pastKeys, newKeys], 2) : newKeys;
  const v = pastValues ? concat([pastValues, newValues], 2) : newValues;
  const [B, T, S] = [q.shape[0]!, q.shape[2]!, k.shape[2]!];
  const masks = [...(inputs[4] ? [keyMask(inputs[4], B, T, S, call)] : []), ...(inputs[5] ? [inputs[5]] : [])];
  const scale = number(call, 'scale', 0) || 1 / Math.sqrt(q.shape[3]!);
  const causal = flag(call, 'unidirectional');
  const { y, logits } = attend({ q, k, v, scale, masks, visible: (_, t) => [0, causal ? S - T + t + 1 : S] });
  return [joinHeads(y), k, v, logits];
}

/** A cache [B, H, M, d] with the new entries at `place`. */
function written(cache: Tensor, entries: Tensor, place: number): Tensor {
  const before = part(cache, 2, 0, place);
  const after = part(cache, 2, place + entries.shape[2]!, cache.shape[2]! - place - entries.shape[2]!);
  return concat([before, entries, after], 2);
}

/**
 * One new token over a shared cache longer than what is filled: query, key, value, mask, bias of the logits, past key, past value,
 * number of filled entries, beam width, indirection, bias.
 */
function decoderMasked(inputs: Inputs, call: Call): Tensor[] {
  const [q, newKeys, newValues] = headsOf(inputs, inputs[10], call);
  const filled = scalarOf(inputs[7], 0);
  const [pastKeys, pastValues] = [inputs[5], inputs[6]];
  const [presentKeys, presentValues] =
    pastKeys && pastValues ? [written(pastKeys, newKeys, filled), written(pastValues, newValues, filled)] : [newKeys, newValues];
  const S = pastKeys ? filled + 1 : newKeys.shape[2]!;
  const [k, v] = [part(presentKeys, 2, 0, S), part(presentValues, 2, 0, S)];
  const masks = [...(inputs[3] ? [keyMask(inputs[3], q.shape[0]!, 1, S, call)] : []), ...(inputs[4] ? [inputs[4]] : [])];
  const scale = number(call, 'scale', 0) || 1 / Math.sqrt(q.shape[3]!);
  const { y, logits } = attend({ q, k, v, scale, masks });
  return [joinHeads(y), presentKeys, presentValues, logits];
}

export const multiHead: Kernels = {
  'com.microsoft:MultiHeadAttention': multiHeadAttention,
  'com.microsoft:DecoderMaskedMultiHeadAttention': decoderMasked,
};
