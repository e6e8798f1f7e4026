/**
 * Words from their characters: convolutions of several widths, the largest answer of each filter, a highway, a projection.
 *
 * Sources: Kim et al. 2016, "Character-Aware Neural Language Models"; Srivastava et al. 2015, "Highway Networks"; as in Peters et al. 2018,
 * "Deep Contextualized Word Representations".
 */
import { relu } from './activations.ts';
import { convolution } from './convolution.ts';
import { embedding } from './embedding.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

export interface CharacterSettings {
  /** Rows of the table of characters. */
  readonly characters: number;
  /** Width of a character's vector. */
  readonly width: number;
  /** Characters under each kind of filter, and how many filters there are of it. */
  readonly filters: readonly { readonly size: number; readonly count: number }[];
  /** Width of a word's vector. */
  readonly out: number;
}

/**
 * @param ids characters of every word, filled up to the same length: int64 [B, T, n]
 * @returns [B, T, out]; modules `characters`, `conv_0`, `conv_1` …, `highway`, `projection`
 */
export function characterEncoder<T>(module: Module<T>, ids: T, { characters, width, filters, out }: CharacterSettings): T {
  const { ops } = module;
  const vectors = embedding(module.at('characters'), ids, characters, width); // [B, T, n, width]
  const words = ops.reshape(vectors, ops.concat([ops.integers([-1]), ops.dimension(ids, 2), ops.integers([width])], { axis: 0 }));
  const sequences = ops.transpose(words, [0, 2, 1]); // [B·T, width, n]
  const answers = filters.map(({ size, count }, i) => {
    const found = convolution(module.at(`conv_${i}`), sequences, { in: width, out: count, kernel: [size] });
    return relu(ops, ops.reduceMax(found, [2], { keepdims: 0 })); // [B·T, count]
  });
  const total = filters.reduce((sum, { count }) => sum + count, 0);
  const shape = ops.concat([ops.shape(ids, { start: 0, end: 2 }), ops.integers([total])], { axis: 0 });
  const joined = module.record(ops.reshape(ops.concat(answers, { axis: -1 }), shape), 'convolutions'); // [B, T, total]
  return linear(module.at('projection'), highway(module.at('highway'), joined, total), { in: total, out });
}

/**
 * g·x + (1 − g)·relu(a), where [a | b] = x·Wᵀ + c and g = σ(b): what a layer passes on unchanged, it says itself.
 * @param x [.., D]
 * @returns [.., D]; weights `weight` [2·D, D], `bias` [2·D]
 */
export function highway<T>(module: Module<T>, x: T, width: number): T {
  const { ops } = module;
  const [a, b] = ops.split(linear(module, x, { in: width, out: 2 * width }), 2, { axis: -1 }) as [T, T];
  const gate = ops.sigmoid(b);
  return module.record(ops.add(ops.mul(gate, x), ops.mul(ops.sub(1, gate), relu(ops, a))), 'carried');
}
