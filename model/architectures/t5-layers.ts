/**
 * The stacks of T5: norm, sublayer, sum; relative positions in all layers from the table of the first.
 *
 * Source: Raffel et al. 2020, 2.1.
 */
import { attention } from '../blocks/attention.ts';
import { feedForward, gatedFeedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong, distances } from '../blocks/masks.ts';
import { type AttentionSite, type Module, unread } from '../blocks/module.ts';
import { rmsNorm } from '../blocks/norms.ts';
import { t5Bias } from '../blocks/positions/t5-buckets.ts';
import { preNorm } from '../blocks/residual.ts';
import { hiddenName, type Sight } from './encoder-decoder.ts';
import type { T5Settings } from './t5-settings.ts';

/** Which attention a sublayer is, and what it may see. */
interface Place<T> {
  readonly kind: AttentionSite<T>['kind'];
  readonly layer: number;
  /** bool, broadcasts to [B, H, T, S] */
  readonly visible: T | null;
  /** [1, H, T, S], or null without positions */
  readonly bias: T | null;
  readonly causal: boolean;
}

/**
 * The encoder.
 * @param x word embeddings [B, S, D]
 * @param visible bool [B, 1, 1, S]
 * @param alone whether there is no decoder
 * @returns [B, S, D], after the final norm
 */
export function t5Encoder<T>(
  module: Module<T>,
  x: T,
  { visible, alone }: { readonly visible: T; readonly alone: boolean },
  settings: T5Settings,
): T {
  const stack = alone ? 'self' : 'encoder';
  const bias = positionBias(module, x, true, settings);
  const layer = (block: Module<T>, y: T, index: number): T => {
    const place = { kind: stack, layer: index, visible, bias, causal: false } as const;
    const attended = sublayer(block.at('layer.0'), y, settings, (z) => attend(block.at('layer.0.SelfAttention'), z, z, place, settings));
    return sublayer(block.at('layer.1'), attended, settings, (z) => think(block.at('layer.1.DenseReluDense'), z, settings));
  };
  return runStack(module, x, { stack, layers: settings.encoderLayers, layer }, settings);
}

/**
 * The decoder.
 * @param x word embeddings [B, T, D]
 * @returns [B, T, D], after the final norm
 */
export function t5Decoder<T>(module: Module<T>, x: T, { visible, memory, visibleMemory }: Sight<T>, settings: T5Settings): T {
  const bias = positionBias(module, x, false, settings);
  const layer = (block: Module<T>, y: T, index: number): T => {
    const own: Place<T> = { kind: 'decoder', layer: index, visible, bias, causal: true };
    const across: Place<T> = { kind: 'cross', layer: index, visible: visibleMemory, bias: null, causal: false };
    const attended = sublayer(block.at('layer.0'), y, settings, (z) => attend(block.at('layer.0.SelfAttention'), z, z, own, settings));
    const informed = sublayer(block.at('layer.1'), attended, settings, (z) =>
      attend(block.at('layer.1.EncDecAttention'), z, memory, across, settings),
    );
    return sublayer(block.at('layer.2'), informed, settings, (z) => think(block.at('layer.2.DenseReluDense'), z, settings));
  };
  return runStack(module, x, { stack: 'decoder', layers: settings.decoderLayers, layer }, settings);
}

interface Stack<T> {
  readonly stack: 'self' | 'encoder' | 'decoder';
  readonly layers: number;
  readonly layer: (block: Module<T>, x: T, index: number) => T;
}

/** All layers and the final norm, with the hidden states written down: [B, T, D] → [B, T, D] */
function runStack<T>(module: Module<T>, embedded: T, { stack, layers, layer }: Stack<T>, { width, epsilon }: T5Settings): T {
  const { build } = module;
  let x = build.record(hiddenName(stack, 0), stack === 'decoder' ? unread(build, embedded) : embedded);
  for (let index = 0; index < layers; index++) {
    x = module.at(`block.${index}`).record(layer(module.at(`block.${index}`), x, index));
    if (index + 1 < layers) build.record(hiddenName(stack, index + 1), x);
  }
  return module.record(build.record(hiddenName(stack, layers), rmsNorm(module.at('final_layer_norm'), x, width, epsilon)));
}

/** The bias of all layers, from the table of the first: x [B, T, D] → [1, H, T, T] */
function positionBias<T>(module: Module<T>, x: T, bothDirections: boolean, { heads, buckets, longest }: T5Settings): T {
  const places = countAlong(module.ops, x, 1);
  const table = module.at('block.0.layer.0.SelfAttention.relative_attention_bias');
  return t5Bias(table, distances(module.ops, places, places), heads, { buckets, longest, bothDirections });
}

/** x + f(RMSNorm(x)) */
function sublayer<T>(module: Module<T>, x: T, { width, epsilon }: T5Settings, f: (x: T) => T): T {
  return module.record(preNorm(module.ops, x, f, (y) => rmsNorm(module.at('layer_norm'), y, width, epsilon)));
}

/** [B, T, D], [B, S, D] → [B, T, D] */
function attend<T>(module: Module<T>, x: T, memory: T, place: Place<T>, { width, heads, headDim }: T5Settings): T {
  const project = (name: string, from: T): T =>
    splitHeads(module.ops, linear(module.at(name), from, { in: width, out: heads * headDim }), heads, headDim);
  const parts = { query: project('q', x), key: project('k', memory), value: project('v', memory) };
  const context = attention(module, parts, { ...place, heads, headDim, scale: 1, mayBeBlind: place.causal });
  return module.record(linear(module.at('o'), context, { in: heads * headDim, out: width }));
}

/** [B, T, D] → [B, T, D] */
function think<T>(module: Module<T>, x: T, { width, inner, f, gated }: T5Settings): T {
  const ends = { act: module.at('act'), down: module.at('wo') };
  const sizes = { width, inner, f };
  if (!gated) return module.record(feedForward({ up: module.at('wi'), ...ends }, x, sizes));
  return module.record(gatedFeedForward({ gate: module.at('wi_0'), up: module.at('wi_1'), ...ends }, x, sizes));
}
