/**
 * Rotary position embedding as fused operators apply it: pairs of channels turned by an angle that grows with the position.
 * Split halves: (x₁, x₂) = (x[0…w/2), x[w/2…w)); interleaved: pairs of neighbours. Channels beyond the width w pass.
 * Source: RoFormer (Su et al. 2021), section 3.2.2; onnxruntime docs/ContribOperators.md, com.microsoft.RotaryEmbedding.
 */
import type { Builder } from '../graph/builder.ts';

export interface Rotary {
  /** [positions, w/2], float32. */
  readonly cos: string;
  readonly sin: string;
  /** [B, T] or [1, T], int64. */
  readonly positions: string;
  /** w/2. */
  readonly half: number;
  readonly interleaved: boolean;
}

const END = 2 ** 31;

function cut(b: Builder, x: string, start: number, end: number, step = 1): string {
  return b.op('Slice', [x, b.ints(start), b.ints(end), b.ints(3), b.ints(step)]);
}

/** The rows of a table at the positions, for all heads: [B, 1, T, w/2]. */
function rows(b: Builder, table: string, positions: string): string {
  return b.op('Unsqueeze', [b.op('Gather', [table, positions], { axis: 0 }), b.ints(1)]);
}

/** x [B, n, T, d] turned by its positions. */
export function rotate(b: Builder, x: string, r: Rotary): string {
  const width = 2 * r.half;
  const [c, s] = [rows(b, r.cos, r.positions), rows(b, r.sin, r.positions)];
  const first = r.interleaved ? cut(b, x, 0, width, 2) : cut(b, x, 0, r.half);
  const second = r.interleaved ? cut(b, x, 1, width, 2) : cut(b, x, r.half, width);
  const p = b.op('Sub', [b.op('Mul', [first, c]), b.op('Mul', [second, s])]);
  const q = b.op('Add', [b.op('Mul', [second, c]), b.op('Mul', [first, s])]);
  const turned = r.interleaved ? paired(b, p, q, width) : b.op('Concat', [p, q], { axis: 3 });
  return b.op('Concat', [turned, cut(b, x, width, END)], { axis: 3 });
}

function paired(b: Builder, p: string, q: string, width: number): string {
  const both = b.op('Concat', [b.op('Unsqueeze', [p, b.ints(4)]), b.op('Unsqueeze', [q, b.ints(4)])], { axis: 4 });
  return b.op('Reshape', [both, b.ints(0, 0, 0, width)]);
}
