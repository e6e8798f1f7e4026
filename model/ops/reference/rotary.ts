/**
 * Rotary position embedding: pairs of elements of a head are turned by the angle of their position.
 *
 *     (x₁, x₂) → (x₁·cos − x₂·sin, x₂·cos + x₁·sin)
 *
 * Pairs are neighbours (interleaved) or element n and n + r/2 (halves), over the first r elements. Source: Su et al. 2021, RoFormer,
 * section 3.2; ONNX, operator RotaryEmbedding-23; onnxruntime, com.microsoft.RotaryEmbedding.
 */
import type { Tensor } from '../../tensor.ts';
import { joinHeads, splitHeads } from './core.ts';
import {
  asNumbers,
  type Call,
  failure,
  flag,
  type Inputs,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  result,
} from './kernel.ts';

export interface Rotation {
  /** Tables of r/2 numbers a row. */
  readonly cos: NumberArray;
  readonly sin: NumberArray;
  /** Length of a row: r/2. */
  readonly half: number;
  /** Row of the tables for position t of example b. */
  readonly row: (b: number, t: number) => number;
  readonly interleaved: boolean;
}

/** x [B, H, T, d] with the first 2·half elements of every head turned. */
export function rotate(x: Tensor, { cos, sin, half, row, interleaved }: Rotation): Tensor {
  const [, H, T, d] = x.shape as [number, number, number, number];
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  out.set(from);
  for (let n = 0; n * d < from.length; n++) {
    const table = row(Math.floor(n / (H * T)), n % T) * half;
    for (let pair = 0; pair < half; pair++) {
      const first = n * d + (interleaved ? 2 * pair : pair);
      const second = first + (interleaved ? 1 : half);
      const [c, s] = [cos[table + pair]!, sin[table + pair]!];
      out[first] = from[first]! * c - from[second]! * s;
      out[second] = from[second]! * c + from[first]! * s;
    }
  }
  return result(x.dtype, x.shape, out);
}

/** Runs over heads [B, H, T, d], whichever way x has them: [B, H, T, d] or [B, T, H·d]. */
function overHeads(x: Tensor, heads: number, call: Call, of: (x: Tensor) => Tensor): Tensor {
  if (x.shape.length === 4) return of(x);
  if (heads < 1) throw failure(call, 'shape', 'num_heads must be said for an input of three axes.');
  return joinHeads(of(splitHeads(x, heads)));
}

/** ai.onnx: x, cos, sin, position ids [B, T]; without ids the tables are [B, T, r/2]. */
function rotaryEmbedding(inputs: Inputs, call: Call): Tensor[] {
  const [x, cos, sin] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  const ids = inputs[3] ? asNumbers(inputs[3].data) : null;
  const half = cos.shape.at(-1)!;
  const T = x.shape.length === 4 ? x.shape[2]! : x.shape[1]!;
  const row = (b: number, t: number): number => (ids ? ids[b * T + t]! : b * T + t);
  const rotation: Rotation = { cos: asNumbers(cos.data), sin: asNumbers(sin.data), half, row, interleaved: flag(call, 'interleaved') };
  return [overHeads(x, number(call, 'num_heads', 0), call, (heads) => rotate(heads, rotation))];
}

/** com.microsoft: x, position ids ([1] the first position, or [B, T]), cos, sin. Three axes without num_heads: the tables tell d. */
function microsoftRotary(inputs: Inputs, call: Call): Tensor[] {
  const [x, positions, cos, sin] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call), need(inputs, 3, call)];
  const half = cos.shape[1]!;
  const ids = asNumbers(positions.data);
  const fourAxes = x.shape.length === 4;
  const T = fourAxes ? x.shape[2]! : x.shape[1]!;
  const row = (b: number, t: number): number => (positions.data.length === 1 ? ids[0]! + t : ids[b * T + t]!);
  const rotation: Rotation = { cos: asNumbers(cos.data), sin: asNumbers(sin.data), half, row, interleaved: flag(call, 'interleaved') };
  const heads = number(call, 'num_heads', 0) || (fourAxes ? x.shape[1]! : x.shape[2]! / (2 * half));
  return [overHeads(x, heads, call, (value) => rotate(value, rotation))];
}

export const rotaries: Kernels = { RotaryEmbedding: rotaryEmbedding, 'com.microsoft:RotaryEmbedding': microsoftRotary };
