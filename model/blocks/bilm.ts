/**
 * ELMo: two language models, one reading forward, one backward, each a stack of LSTMs of its own; what a task takes from them is a mix of all
 * layers.
 *
 *     mix = γ·Σ_j softmax(s)_j·[forward_j | backward_j]
 *
 * From the second layer on, a layer's input is added to its output. A bidirectional LSTM is something else: there the second layer reads both
 * directions.
 *
 * Source: Peters et al. 2018, "Deep Contextualized Word Representations", 3.
 */
import { lstm } from './lstm.ts';
import type { Module } from './module.ts';
import { zeroState } from './recurrent.ts';

export interface BilmSettings {
  /** LSTMs on each side. */
  readonly layers: number;
  /** Width of words, and of what each LSTM shows. */
  readonly width: number;
  /** Width of the cells. */
  readonly hidden: number;
}

/**
 * @param words [B, T, P]
 * @param mask bool [B, T], true = a token
 * @returns every layer [B, T, 2·P], the words (twice) first; zero where padding is. Modules `forward_0`, `backward_0`, `forward_1` …
 */
export function bilm<T>(module: Module<T>, words: T, mask: T, settings: BilmSettings): T[] {
  const { ops } = module;
  const isToken = ops.unsqueeze(mask, [2]); // [B, T, 1]
  const forward = languageModel(module, words, mask, settings, false);
  const backward = languageModel(module, words, mask, settings, true);
  return [words, ...forward].map((states, layer) => {
    const both = ops.concat([states, layer === 0 ? words : backward[layer - 1]!], { axis: -1 });
    return module.record(ops.where(isToken, both, 0), `layer_${layer}`);
  });
}

/** The states of every layer of one side: [B, T, P] each */
function languageModel<T>(module: Module<T>, words: T, mask: T, { layers, width, hidden }: BilmSettings, reverse: boolean): T[] {
  const { ops } = module;
  const start = [zeroState(ops, words, width), zeroState(ops, words, hidden)];
  const widths = { in: width, hidden, projected: width };
  const states: T[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const place = module.at(`${reverse ? 'backward' : 'forward'}_${layer}`);
    const below = states.at(-1) ?? words;
    const read = lstm(place, '_l0', below, start, widths, { reverse, mask }).states;
    states.push(place.record(layer === 0 ? read : ops.add(read, below)));
  }
  return states;
}

/**
 * γ·Σ_j softmax(s)_j·layer_j
 * @param layers [.., D] each
 * @returns [.., D]; weights `scalars` [layers], `gamma` [1]
 */
export function scalarMix<T>(module: Module<T>, layers: readonly T[]): T {
  const { ops } = module;
  const shares = ops.split(ops.softmax(module.weight('scalars', [layers.length])), layers.length); // [1] each
  const sum = layers.map((layer, j) => ops.mul(layer, shares[j]!)).reduce((total, layer) => ops.add(total, layer));
  return module.record(ops.mul(sum, module.weight('gamma', [1])));
}
