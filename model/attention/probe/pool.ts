/**
 * Thumbnails in the run itself: weights pooled by maximum within the cells of a grid of at most 32 × 32, so that a thin diagonal survives.
 *
 * The length of a cell is ⌈length ÷ 32⌉; the rows of a long map are pooled by blocks of 8 first, and its cells are whole blocks high:
 * 8 · ⌈⌈T ÷ 8⌉ ÷ 32⌉. MaxPool reads the large tensor once and in its own order; padding and reducing it would take several times as long.
 * What is missing in the last cell is filled with the lowest number, which no maximum is.
 */
import { onnx } from '../../onnx/proto.js';
import { type Builder, graphAttribute, makeNode, valueInfo } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';

/** Cells along each side at most. */
export const CELLS = 32;
/** Rows of the blocks that long maps are pooled by first. */
export const BLOCK = 8;
/** Maps of more rows are long: below, whole blocks would make the cells coarse. */
export const LONG = 448;

const LOWEST = -3.4e38;

interface Grid {
  /** int64 vectors of length 1. */
  readonly cells: string;
  readonly length: string;
  readonly missing: string;
}

function grid(b: Builder, size: string): Grid {
  const length = b.op('Div', [b.op('Add', [size, b.ints(CELLS - 1)]), b.ints(CELLS)]);
  const cells = b.op('Div', [b.op('Sub', [b.op('Add', [size, length]), b.ints(1)]), length]);
  return { cells, length, missing: b.op('Sub', [b.op('Mul', [cells, length]), size]) };
}

/** [B, H, T, S] → [B, H, rows, columns]. */
export function pooled(b: Builder, weights: string): string {
  const blocks = inBlocks(b, weights);
  const shape = b.op('Shape', [blocks]);
  const part = (from: number, to: number): string => b.op('Slice', [shape, b.ints(from), b.ints(to), b.ints(0)]);
  const queries = grid(b, part(2, 3));
  const keys = grid(b, part(3, 4));
  const tall = b.op('Pad', [blocks, b.op('Concat', [b.ints(0, 0, 0, 0, 0, 0), queries.missing, b.ints(0)], { axis: 0 }), b.float(LOWEST)]);
  const byQuery = b.op('Reshape', [tall, b.op('Concat', [part(0, 2), queries.cells, queries.length, part(3, 4)], { axis: 0 })]);
  const low = b.op('ReduceMax', [byQuery, b.ints(3)], { keepdims: 0 });
  const wide = b.op('Pad', [low, b.op('Concat', [b.ints(0, 0, 0, 0, 0, 0, 0), keys.missing], { axis: 0 }), b.float(LOWEST)]);
  const byKey = b.op('Reshape', [wide, b.op('Concat', [part(0, 2), queries.cells, keys.cells, keys.length], { axis: 0 })]);
  return b.op('ReduceMax', [byKey, b.ints(4)], { keepdims: 0 });
}

/** A long map pooled by blocks of rows, a short one as it is. */
function inBlocks(b: Builder, weights: string): string {
  const rows = b.op('Gather', [b.op('Shape', [weights]), b.int(2)], { axis: 0 });
  const window = { kernel_shape: [BLOCK, 1], strides: [BLOCK, 1], ceil_mode: 1 };
  const branch = (name: string, opType: string, attributes: Parameters<typeof makeNode>[3]): onnx.AttributeProto => {
    const output = b.name(name);
    const node = [makeNode(opType, [weights], [output], attributes)];
    return graphAttribute(name, onnx.GraphProto.create({ name, node, output: [valueInfo(output, TYPE.float)] }));
  };
  const output = b.name('blocks');
  const choice = makeNode('If', [b.op('Greater', [rows, b.int(LONG)])], [output]);
  choice.attribute = [branch('then_branch', 'MaxPool', window), branch('else_branch', 'Identity', {})];
  b.nodes.push(choice);
  return output;
}

/** Sum of every row, [B, H, T, S] → [B, H, T]: the mean over the keys, which the runtime takes four times as fast as the sum, times S. */
export function rowSums(b: Builder, weights: string): string {
  const shape = b.op('Shape', [weights]);
  const part = (from: number, to: number): string => b.op('Slice', [shape, b.ints(from), b.ints(to), b.ints(0)]);
  const maps = b.op('Reshape', [weights, b.op('Concat', [b.ints(-1), part(2, 4), b.ints(1)], { axis: 0 })]);
  const means = b.op('Reshape', [b.op('GlobalAveragePool', [maps]), part(0, 3)]);
  return b.op('Mul', [means, b.cast(part(3, 4), TYPE.float)]);
}
