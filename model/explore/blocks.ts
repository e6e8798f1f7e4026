/**
 * Weights that are packed in blocks along K (`com.microsoft::MatMulNBits`), as the numbers that the operator multiplies with.
 *
 *     w[n, k] = (q[n, k] − z[n, k / block]) · s[n, k / block]        w: [N, K]
 *
 * q: [N, ⌈K / block⌉, block · bits / 8] bytes, the low bits first; s: one a block; z: packed like q, each row of blocks in whole bytes; left out
 * it is half the range, 2^(bits − 1); a z of the scales' type is a number as it stands.
 *
 * Source: onnxruntime, contrib operators, MatMulNBits (com.microsoft version 1).
 */
import { HeadlightError } from '../errors.ts';
import { intOf, operatorOf } from '../onnx/attributes.ts';
import type { onnx } from '../onnx/proto.js';
import { sizeOf } from '../tensor.ts';
import { decode } from './numbers.ts';
import { type Series, seriesOf } from './series.ts';
import type { StoredTensor } from './stored.ts';

export interface Blocks {
  readonly packed: StoredTensor;
  readonly scales: StoredTensor;
  readonly zeros: StoredTensor | null;
  readonly N: number;
  readonly K: number;
  readonly bits: number;
  readonly block: number;
}

/** The packed weights of a graph's nodes, by the name of the packed tensor. */
export function blocksOf(nodes: Iterable<onnx.NodeProto>, tensors: ReadonlyMap<string, StoredTensor>): Map<string, Blocks> {
  const found = new Map<string, Blocks>();
  for (const node of nodes) {
    if (operatorOf(node) !== 'com.microsoft::MatMulNBits') continue;
    const [packed, scales, zeros] = [1, 2, 3].map((i) => tensors.get(node.input[i] ?? ''));
    if (!packed || !scales || (node.input[3] && !zeros) || node.input[4]) continue;
    const numbers = { N: intOf(node, 'N', 0), K: intOf(node, 'K', 0), bits: intOf(node, 'bits', 4), block: intOf(node, 'block_size', 32) };
    found.set(packed.name, { packed, scales, zeros: zeros ?? null, ...numbers });
  }
  return found;
}

/**
 * The numbers [N, K] of packed weights.
 * @throws HeadlightError `unsupported` for a width other than 2, 4 and 8 bits; `shape` where sizes do not fit
 */
export function dequantized(blocks: Blocks): Series {
  const { packed, N, K, bits, block, scales } = blocks;
  if (![2, 4, 8].includes(bits)) throw new HeadlightError('unsupported', `${packed.name} has ${bits} bits a weight; 2, 4 and 8 are read.`);
  const perRow = Math.ceil(K / block);
  const rowBytes = (perRow * block * bits) / 8;
  if (packed.bytes !== N * rowBytes || sizeOf(scales.shape) !== N * perRow)
    throw new HeadlightError(
      'shape',
      `${packed.name} has ${packed.bytes} bytes, ${N} × ${K} weights of ${bits} bits in blocks of ${block} need ${N * rowBytes}.`,
    );
  const all = seriesOf(scales).read(0, N * perRow);
  const zeros = zerosOf(blocks, perRow);
  return {
    name: packed.name,
    shape: [N, K],
    dtype: 'float32',
    bits,
    async read(start, count) {
      const values = new Float32Array(count);
      const [firstRow, lastRow] = [Math.floor(start / K), Math.floor((start + count - 1) / K)];
      const bytes = await packed.read(firstRow * rowBytes, (lastRow - firstRow + 1) * rowBytes);
      const codes = decode(`uint${bits}`, bytes, ((lastRow - firstRow + 1) * rowBytes * 8) / bits);
      const [scale, zero] = [await all, await zeros];
      for (let i = 0; i < count; i++) {
        const [n, k] = [Math.floor((start + i) / K), (start + i) % K];
        const at = n * perRow + Math.floor(k / block);
        values[i] = (Number(codes[(n - firstRow) * perRow * block + k]) - zero(at)) * Number(scale[at]);
      }
      return values;
    },
  };
}

/** The zero point of a block by its number. */
async function zerosOf({ zeros, bits, N }: Blocks, perRow: number): Promise<(block: number) => number> {
  const middle = 2 ** (bits - 1);
  if (!zeros) return () => middle;
  if (zeros.dtype !== 'uint8') {
    const values = await seriesOf(zeros).read(0, N * perRow);
    return (block) => Number(values[block]);
  }
  const rowBytes = Math.ceil((perRow * bits) / 8);
  const codes = decode(`uint${bits}`, await zeros.read(0, N * rowBytes), (N * rowBytes * 8) / bits);
  const codesPerRow = (rowBytes * 8) / bits;
  return (block) => Number(codes[Math.floor(block / perRow) * codesPerRow + (block % perRow)]);
}
