/** com.microsoft GroupQueryAttention: causal, with a cache, rotary embedding and windows inside. Source: onnxruntime, ContribOperators.md. */
import { allocate, sizeOf, stridesOf, type Tensor } from '../../../tensor.ts';
import { type AttentionResult, attend, joinHeads, splitHeads, type Visible } from '../core.ts';
import {
  asNumbers,
  type Call,
  type Cells,
  failure,
  flag,
  type Inputs,
  integersOf,
  type Kernels,
  need,
  number,
  scalarOf,
} from '../kernel.ts';
import { layerNorm } from '../norm.ts';
import { rotate } from '../rotary.ts';
import { part } from '../shape.ts';
import { move } from '../strides.ts';

/** q [B, H, T, d] and k, v [B, G, T, d], from three inputs or from one that holds all. */
function headsOf(inputs: Inputs, H: number, G: number, call: Call): [Tensor, Tensor, Tensor] {
  const query = need(inputs, 0, call);
  const [key, value] = [inputs[1], inputs[2]];
  if (key && value) return [splitHeads(query, H), splitHeads(key, G), splitHeads(value, G)];
  const d = query.shape[2]! / (H + 2 * G);
  return [
    splitHeads(part(query, 2, 0, H * d), H),
    splitHeads(part(query, 2, H * d, G * d), G),
    splitHeads(part(query, 2, (H + G) * d, G * d), G),
  ];
}

/** Every head through RMS normalization, where the node has weights for it. */
function normalized(x: Tensor, weight: Tensor | null | undefined, call: Call): Tensor {
  return weight ? layerNorm(x, weight, null, { axis: 3, epsilon: number(call, 'qk_norm_epsilon', 1e-6), centered: false })[0] : x;
}

/** The cache with room for `length` entries, and the new ones after the `past[b]` that are there. */
function present(cache: Tensor | null | undefined, entries: Tensor, past: readonly number[], length: number): Tensor {
  const [B, G, T, d] = entries.shape as [number, number, number, number];
  const shape = [B, G, length, d];
  const strides = stridesOf(shape);
  const data = allocate(entries.dtype, sizeOf(shape));
  const to = data as Cells;
  if (cache) move(cache.shape, cache.data as Cells, 0, stridesOf(cache.shape), to, 0, strides);
  for (let b = 0; b < B; b++) {
    const count = Math.min(T, length - past[b]!);
    const from = stridesOf(entries.shape);
    move([G, count, d], entries.data as Cells, b * from[0]!, from.slice(1), to, b * strides[0]! + past[b]! * d, strides.slice(1));
  }
  return { dtype: entries.dtype, shape, data };
}

/** Keys that query t of example b sees: all up to its own position, or the last `window` of them. */
function visibility(past: readonly number[], window: number): (b: number, t: number) => Visible {
  return (b, t) => {
    const end = past[b]! + t + 1;
    return [window > 0 ? end - window : 0, end];
  };
}

/** q and k turned by their positions: those given, or counted from the number of entries in the cache. */
function turned(x: Tensor, inputs: Inputs, past: readonly number[], call: Call): Tensor {
  if (!flag(call, 'do_rotary')) return x;
  const [cos, sin, positions] = [need(inputs, 7, call), need(inputs, 8, call), integersOf(inputs[9])];
  const T = x.shape[2]!;
  const row = (b: number, t: number): number => (positions ? positions[b * T + t]! : past[b]! + t);
  const rotation = {
    cos: asNumbers(cos.data),
    sin: asNumbers(sin.data),
    half: cos.shape[1]!,
    row,
    interleaved: flag(call, 'rotary_interleaved'),
  };
  return rotate(x, rotation);
}

/** qk_output: 1 the logits before the softmax (0, not −∞, for keys that a query may not see), 2 the weights. */
function fourth(mode: number, { logits, weights }: AttentionResult): Tensor[] {
  if (mode === 0) return [];
  if (mode === 2) return [weights];
  return [{ ...logits, data: (logits.data as Float32Array).map((x) => (x === Number.NEGATIVE_INFINITY ? 0 : x)) }];
}

/**
 * query, key, value, past key, past value, number of valid keys − 1 of every example, length of the longest, cos, sin, position ids,
 * bias of the logits, sinks; 14 and 15 weights of the norms of q and k.
 */
function groupQueryAttention(inputs: Inputs, call: Call): Tensor[] {
  const [H, G] = [number(call, 'num_heads', 1), number(call, 'kv_num_heads', 1)];
  const [query, key, value] = headsOf(inputs, H, G, call);
  const [T, d] = [query.shape[2]!, query.shape[3]!];
  const total = scalarOf(need(inputs, 6, call), T);
  const lengths = integersOf(need(inputs, 5, call))!.map((last) => last + 1);
  // A first prompt may be padded at its end: its tokens still stand from position 0 on.
  const past = lengths.map((length) => (T === total ? 0 : length - T));
  if (past.some((count) => count < 0))
    throw failure(call, 'shape', `seqlens_k says ${lengths.join(', ')} keys, fewer than the ${T} that are new.`);
  const q = turned(normalized(query, inputs[14], call), inputs, past, call);
  const newKeys = turned(normalized(key, inputs[15], call), inputs, past, call);
  const length = Math.max(inputs[3]?.shape[2] ?? 0, total);
  const [presentKeys, presentValues] = [present(inputs[3], newKeys, past, length), present(inputs[4], value, past, length)];
  const sinks = inputs[11] ? asNumbers(inputs[11].data) : flag(call, 'smooth_softmax') ? new Float64Array(H) : null;
  const result = attend({
    q,
    k: part(presentKeys, 2, 0, total),
    v: part(presentValues, 2, 0, total),
    scale: number(call, 'scale', 0) || 1 / Math.sqrt(d),
    softcap: number(call, 'softcap', 0),
    masks: inputs[10] ? [inputs[10]] : [],
    visible: visibility(past, number(call, 'local_window_size', -1)),
    sinks,
  });
  return [joinHeads(result.y), presentKeys, presentValues, ...fourth(number(call, 'qk_output', 0), result)];
}

/**
 * Which key blocks a query block sees, in compressed rows: of layout l, block row r has columns[starts[r]] … columns[starts[r + 1] − 1].
 * Heads take the layouts in turn. [1, H, T, S]
 */
function blockMask(starts: Tensor, columns: Tensor, H: number, T: number, S: number, past: number, block: number): Tensor {
  const [layouts, width] = [starts.shape[0]!, starts.shape[1]!];
  const [first, column] = [asNumbers(starts.data), asNumbers(columns.data)];
  const data = new Uint8Array(H * T * S);
  for (let n = 0; n < H * T; n++) {
    const layout = Math.floor(n / T) % layouts;
    const at = layout * width + Math.floor((past + (n % T)) / block);
    for (let c = first[at]!; c < first[at + 1]!; c++) {
      const key = column[layout * columns.shape[1]! + c]! * block;
      data.fill(1, n * S + Math.min(S, key), n * S + Math.min(S, key + block));
    }
  }
  return { dtype: 'bool', shape: [1, H, T, S], data };
}

/** As GroupQueryAttention, over blocks: rows and columns of the blocks at 5 and 6, lengths at 7 and 8, cos and sin at 9 and 10. */
function sparseAttention(inputs: Inputs, call: Call): Tensor[] {
  const [H, G] = [number(call, 'num_heads', 1), number(call, 'kv_num_heads', 1)];
  const [query, key, value] = headsOf(inputs, H, G, call);
  const T = query.shape[2]!;
  const total = scalarOf(need(inputs, 7, call), T);
  const past = integersOf(need(inputs, 8, call))!.map((length) => length - T);
  const places = [...inputs.slice(0, 7), inputs[9], inputs[10]]; // cos and sin where GroupQueryAttention has them
  const [q, newKeys] = [turned(query, places, past, call), turned(key, places, past, call)];
  const length = Math.max(inputs[3]?.shape[2] ?? 0, total);
  const [presentKeys, presentValues] = [present(inputs[3], newKeys, past, length), present(inputs[4], value, past, length)];
  const mask = blockMask(need(inputs, 5, call), need(inputs, 6, call), H, T, total, past[0]!, number(call, 'sparse_block_size', 1));
  const result = attend({
    q,
    k: part(presentKeys, 2, 0, total),
    v: part(presentValues, 2, 0, total),
    scale: number(call, 'scale', 0) || 1 / Math.sqrt(query.shape[3]!),
    masks: [mask],
    visible: visibility(past, -1),
  });
  return [joinHeads(result.y), presentKeys, presentValues];
}

export const groupQuery: Kernels = {
  'com.microsoft:GroupQueryAttention': groupQueryAttention,
  'com.microsoft:SparseAttention': sparseAttention,
};
