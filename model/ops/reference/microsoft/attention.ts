/** com.microsoft Attention and QAttention: the projections to q, k, v are inside. Source: onnxruntime, ContribOperators.md. */
import { sizeOf, stridesOf, type Tensor } from '../../../tensor.ts';
import { ADD } from '../arithmetic.ts';
import { binary } from '../broadcast.ts';
import { attend, joinHeads, splitHeads } from '../core.ts';
import { type Call, failure, flag, type Inputs, type Kernels, need, number, numbers, resultFrom, scalarOf } from '../kernel.ts';
import { matMul } from '../matmul.ts';
import { integerProduct } from '../quantized.ts';
import { rotate } from '../rotary.ts';
import { stack } from '../scan.ts';
import { concat, part } from '../shape.ts';
import { keyMask } from './keys.ts';

/** Base of the rotary angles that `do_rotary` computes by itself. */
const ROTARY_BASE = 10000;

/** q, k or v of a cache [2, B, H, P, d]. */
function half(past: Tensor, which: 0 | 1): Tensor {
  return { ...part(past, 0, which, 1), shape: past.shape.slice(1) };
}

/** Angles of the positions from `past` on, for `do_rotary`: halves. */
function rotated(x: Tensor, past: number, call: Call): Tensor {
  const [, , T, d] = x.shape as [number, number, number, number];
  const width = number(call, 'rotary_embedding_dim', 0) || d;
  const angles = Float64Array.from({ length: (T * width) / 2 }, (_, n) => {
    const [t, pair] = [Math.floor(n / (width / 2)), n % (width / 2)];
    return (past + t) / ROTARY_BASE ** ((2 * pair) / width);
  });
  return rotate(x, { cos: angles.map(Math.cos), sin: angles.map(Math.sin), half: width / 2, row: (_, t) => t, interleaved: false });
}

/** Attention over projected [B, T, q + k + v]: mask at input 3, past at 4, bias of the logits at 5. */
function fromProjected(projected: Tensor, mask: Tensor | null, past: Tensor | null, bias: Tensor | null, call: Call): Tensor[] {
  const H = number(call, 'num_heads', 1);
  const width = projected.shape[2]!;
  const [wq, wk, wv] = (numbers(call, 'qkv_hidden_sizes') ?? [width / 3, width / 3, width / 3]) as [number, number, number];
  if (wq + wk + wv !== width)
    throw failure(call, 'shape', `qkv_hidden_sizes ${wq} + ${wk} + ${wv} do not make the ${width} columns of the weights.`);
  const P = past ? past.shape[3]! : 0;
  const turn = (x: Tensor): Tensor => (flag(call, 'do_rotary') ? rotated(x, P, call) : x);
  const q = turn(splitHeads(part(projected, 2, 0, wq), H));
  const newKeys = turn(splitHeads(part(projected, 2, wq, wk), H));
  const newValues = splitHeads(part(projected, 2, wq + wk, wv), H);
  const k = past ? concat([half(past, 0), newKeys], 2) : newKeys;
  const v = past ? concat([half(past, 1), newValues], 2) : newValues;
  const [B, T, S] = [q.shape[0]!, q.shape[2]!, k.shape[2]!];
  const masks = [...(mask ? [keyMask(mask, B, T, S, call)] : []), ...(bias ? [bias] : [])];
  const scale = number(call, 'scale', 0) || 1 / Math.sqrt(q.shape[3]!);
  const causal = flag(call, 'unidirectional');
  const { y } = attend({ q, k, v, scale, masks, visible: (_, t) => [0, causal ? P + t + 1 : S] });
  const present = sizeOf(k.shape) === sizeOf(v.shape) ? [stack([k, v], 0)] : [];
  return [joinHeads(y), ...present];
}

/** input [B, T, I], weights [I, q + k + v], bias, mask, past [2, B, H, P, d], bias of the logits. */
function attention(inputs: Inputs, call: Call): Tensor[] {
  const product = matMul(need(inputs, 0, call), need(inputs, 1, call), call);
  const projected = inputs[2] ? binary(product, inputs[2], ADD) : product;
  return fromProjected(projected, inputs[3] ?? null, inputs[4] ?? null, inputs[5] ?? null, call);
}

/** input and weights as integers: input, weights, bias, scale of input, scale of weights, mask, zero points, past. */
function qAttention(inputs: Inputs, call: Call): Tensor[] {
  const product = integerProduct(need(inputs, 0, call), need(inputs, 1, call), inputs[6], inputs[7], call);
  const scales = need(inputs, 4, call);
  const scale = scalarOf(need(inputs, 3, call), 1);
  const strides = stridesOf(product.shape);
  const columns = product.shape.at(-1)!;
  const place = scales.data.length === 1 ? () => 0 : (n: number) => Math.floor(n / strides.at(-1)!) % columns;
  const real = (product.data as Float64Array).map((value, n) => value * scale * (scales.data[place(n)] as number));
  const projected = binary(resultFrom('float32', product.shape, real), need(inputs, 2, call), ADD);
  return fromProjected(projected, inputs[5] ?? null, inputs[8] ?? null, null, call);
}

export const microsoftAttention: Kernels = { 'com.microsoft:Attention': attention, 'com.microsoft:QAttention': qAttention };
