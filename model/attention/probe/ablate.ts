/**
 * Switches heads off, or turns them up and down, for good: what the file returns under its own names is what the changed model computes.
 *
 *     number   w' = number · w
 *     zero     w' = 0
 *     mean     w' = 1 ÷ (number of keys that the query sees) on those keys: attention without a choice
 */
import { HeadlightError } from '../../errors.ts';
import type { onnx } from '../../onnx/proto.js';
import { floatTensor } from '../graph/builder.ts';
import { type Clone, cloneModel } from '../graph/clone.ts';
import type { Ablation, Site } from '../types.ts';
import { turn } from './turn.ts';

/** What an ablation makes of gain and even of a chosen head (`turn`). */
export function factorsOf(how: Ablation['how']): { readonly gain: number; readonly even: number } {
  if (how === 'mean') return { gain: 0, even: 1 };
  return { gain: how === 'zero' ? 0 : how, even: 0 };
}

function apply(clone: Clone, site: Site, ablations: readonly Ablation[]): void {
  const gain = new Array<number>(site.heads).fill(1);
  const even = new Array<number>(site.heads).fill(0);
  for (const { heads = gain.keys(), how } of ablations) {
    for (const head of heads) {
      const factors = factorsOf(how);
      gain[head] = factors.gain;
      even[head] = factors.even;
    }
  }
  const vector = (word: string, values: readonly number[]): string => {
    const name = `headlight/${site.key}/${word}`;
    clone.model.graph!.initializer.push(floatTensor(name, values, [site.heads]));
    return name;
  };
  turn(clone, site, { gain: vector('gain', gain), even: even.some(Boolean) ? vector('even', even) : null });
}

/**
 * The prepared graph with some heads changed.
 * @param model the graph that `findAttention` returned with these sites
 * @param ablations where two name the same head, the later one counts
 * @throws HeadlightError `unsupported` for weights that are kept as 8-bit numbers, and for layers that are turns of a loop
 */
export function ablate(model: onnx.ModelProto, sites: readonly Site[], ablations: readonly Ablation[]): onnx.ModelProto {
  const clone = cloneModel(model);
  for (const key of new Set(ablations.map((ablation) => ablation.key))) {
    const site = sites.find((s) => s.key === key);
    if (!site) throw new HeadlightError('internal', `There is no attention at ${key}.`);
    apply(
      clone,
      site,
      ablations.filter((ablation) => ablation.key === key),
    );
  }
  return clone.model;
}
