/**
 * The masks of com.microsoft's attention operators as booleans that broadcast to [B, H, T, S].
 * Source: onnxruntime docs/ContribOperators.md, com.microsoft.Attention, mask_index.
 */
import { intAttribute } from '../graph/attributes.ts';
import { TYPE } from '../graph/constants.ts';
import { keyIndex, perBatch } from './attend.ts';
import { rankOf } from './inputs.ts';
import type { Lowering } from './types.ts';

/**
 * A mask of one axis: [B] lengths, [2B] ends then starts, [3B + 2] lengths then cumulative lengths. Which of them it is shows only when it runs.
 */
function fromLengths({ b }: Lowering, mask: string, q: string, k: string): string {
  const batch = b.size(q, 0);
  const wide = b.cast(mask, TYPE.int64);
  const ends = b.op('Slice', [wide, b.ints(0), batch, b.ints(0)]);
  const twice = b.op('Mul', [batch, b.ints(2)]);
  const isPair = b.cast(b.op('Equal', [b.size(mask, 0), twice]), TYPE.int64);
  const padded = b.op('Concat', [wide, b.op('Mul', [ends, b.ints(0)])], { axis: 0 });
  const starts = b.op('Mul', [b.op('Slice', [padded, batch, twice, b.ints(0)]), isPair]);
  const j = keyIndex(b, k);
  const before = b.op('Less', [j, perBatch(b, ends)]);
  const from = b.op('Not', [b.op('Less', [j, perBatch(b, starts)])]);
  return b.op('And', [before, from]);
}

/** [B, 1, M, M]: the rows of the new queries, the columns of all keys. */
function fromSquare({ b }: Lowering, mask: string, q: string, k: string): string {
  const total = b.size(k, 2);
  const start = b.op('Sub', [total, b.size(q, 2)]);
  const rows = b.op('Slice', [mask, start, total, b.ints(2)]);
  return b.op('Slice', [rows, b.ints(0), total, b.ints(3)]);
}

/** The mask as a boolean; q [B, H, T, d], k [B, H, S, d]. */
export function keyMask(l: Lowering, mask: string, q: string, k: string): string {
  const { b } = l;
  const rank = rankOf(l, mask);
  if (rank === 1) return fromLengths(l, mask, q, k);
  const spread =
    rank === 2 ? b.op('Unsqueeze', [mask, b.ints(1, 2)]) : rank === 3 ? b.op('Unsqueeze', [mask, b.ints(1)]) : fromSquare(l, mask, q, k);
  return b.op('Greater', [b.cast(spread, TYPE.float), b.float(0)]);
}

/** j ≤ i + S − T: every query sees what came before it. */
export function unidirectional({ b, ref }: Lowering): boolean {
  return b !== undefined && intAttribute(ref.node, 'unidirectional', 0) === 1;
}

/** S − T as an int64 scalar. */
export function behind({ b }: Lowering, q: string, k: string): string {
  return b.op('Squeeze', [b.op('Sub', [b.size(k, 2), b.size(q, 2)]), b.ints(0)]);
}
