/**
 * com.microsoft.SparseAttention: causal attention that skips blocks. The blocks that are kept are a compressed row layout of a block matrix,
 * one layout for every H/layouts-th head. Its CPU kernel asks for caches that share memory with its outputs, which a session cannot give.
 * Source: onnxruntime docs/ContribOperators.md, com.microsoft.SparseAttention.
 */
import { floatAttribute, intAttribute } from '../graph/attributes.ts';
import { TYPE } from '../graph/constants.ts';
import { attend, causalMask, indices, joinHeads, keyIndex, perBatch } from './attend.ts';
import { floatCache, type Grouped, grouped } from './group-query.ts';
import { inputOf } from './inputs.ts';
import type { Lower, Lowering } from './types.ts';

/** Which blocks a layout keeps, as [layouts, rows, rows] booleans. */
function blocks(l: Lowering): { kept: boolean[]; layouts: number; rows: number } | null {
  const [starts, columns] = [5, 6].map((i) => l.subject.fact(l.ref.node.input[i] ?? ''));
  if (!starts?.value || !starts.shape || !columns?.value || !columns.shape) return null;
  const [layouts, rows, width] = [starts.shape[0]!, starts.shape[1]! - 1, columns.shape[1]!];
  const kept = new Array<boolean>(layouts * rows * rows).fill(false);
  for (let layout = 0; layout < layouts; layout++) {
    for (let row = 0; row < rows; row++) {
      const [from, to] = [starts.value[layout * (rows + 1) + row]!, starts.value[layout * (rows + 1) + row + 1]!];
      for (let at = from; at < to; at++) kept[(layout * rows + row) * rows + columns.value[layout * width + at]!] = true;
    }
  }
  return { kept, layouts, rows };
}

/** Block masks for all heads: [1, H, T, S]. */
function blockMask(l: Lowering, g: Grouped, heads: number): string | null {
  const { b, ref } = l;
  const layout = blocks(l);
  if (!layout) return null;
  const { kept, layouts, rows } = layout;
  const perHead = Array.from({ length: heads }, (_, h) =>
    kept.slice((h % layouts) * rows * rows, ((h % layouts) + 1) * rows * rows),
  ).flat();
  const size = b.int(intAttribute(ref.node, 'sparse_block_size', 64));
  const table = b.cast(b.bools(perHead, [1, heads, rows, rows]), TYPE.float);
  const row = b.op('Div', [b.op('Add', [indices(b, b.size(g.q, 2)), g.past]), size]);
  const column = b.op('Div', [indices(b, b.size(g.k, 2)), size]);
  const spread = b.op('Gather', [b.op('Gather', [table, row], { axis: 2 }), column], { axis: 3 });
  return b.op('Greater', [spread, b.float(0)]);
}

/** The cache after the run: the new keys written over their places. */
function updated(l: Lowering, input: number, all: string): string {
  const { b } = l;
  const rest = b.op('Slice', [floatCache(l, input), b.size(all, 2), b.ints(2 ** 31), b.ints(2)]);
  return b.op('Concat', [all, rest], { axis: 2 });
}

export const sparse: Lower = (l) => {
  const { b, ref, subject } = l;
  const heads = intAttribute(ref.node, 'num_heads', 1);
  const groups = intAttribute(ref.node, 'kv_num_heads', heads);
  const g = grouped(l, heads, groups, { total: 7, cos: 9, positions: null });
  const lengths = inputOf(l, 8);
  const mask = g && blockMask(l, g, heads);
  if (!g || !lengths || !mask) return null;
  const allow = [b.op('Less', [keyIndex(b, g.k), perBatch(b, b.cast(lengths, TYPE.int64))]), causalMask(b, g.q, g.k, g.past), mask];
  const scale = floatAttribute(ref.node, 'scale', 0) || null;
  const formula = attend(b, { ...g, heads, groups, scale, softcap: 0, allow });
  const width = subject.shape(ref.node.input[0]!)?.[2];
  return {
    facts: {
      heads,
      kvHeads: groups,
      headDim: width === undefined ? null : width / heads,
      causal: true,
      window: null,
      scale: scale ?? (width ? 1 / Math.sqrt(width / heads) : null),
      softcap: null,
      sink: false,
    },
    formula,
    output: joinHeads(b, formula.output),
    others: new Map([
      [1, updated(l, 3, g.k)],
      [2, updated(l, 4, g.v)],
    ]),
    replaces: 'SparseAttention asks for caches that share memory with its outputs, which a session cannot give',
  };
};
