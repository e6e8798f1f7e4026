/**
 * The layers of BART, and of the encoder–decoders whose code Hugging Face wrote after it: mBART, Marian, FSMT, Whisper.
 *
 * Source: Vaswani et al. 2017, "Attention Is All You Need", 3.1; norms after the sums there and in BART, before the sublayers in mBART and Whisper.
 */
import type { Activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { type AttentionSite, type Module, unread } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { postNorm, preNorm } from '../blocks/residual.ts';
import { hiddenName, type Sight } from './encoder-decoder.ts';

/** Sizes of the layers of one side. */
export interface StackSizes {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
}

export interface LayerSettings {
  readonly width: number;
  readonly encoder: StackSizes;
  readonly decoder: StackSizes;
  readonly f: Activation;
  /** Norms before the sublayers, and one more, `layer_norm`, after the last layer. */
  readonly normFirst: boolean;
}

/** No configuration names ε. */
export const EPSILON = 1e-5;

/** Which attention a sublayer is, and what it may see. */
interface Place<T> {
  readonly kind: AttentionSite<T>['kind'];
  readonly layer: number;
  /** bool, broadcasts to [B, H, T, S]; null where everything is seen */
  readonly visible: T | null;
  readonly causal: boolean;
}

/** One layer under way: where it is, and the sizes of its side. */
interface Layer<T> {
  readonly module: Module<T>;
  readonly sizes: StackSizes;
  readonly settings: LayerSettings;
}

/**
 * All layers of an encoder, and its last norm where it has one.
 * @param x embeddings [B, S, D]
 * @param visible bool [B, 1, 1, S], or null
 * @param alone whether there is no decoder
 * @returns [B, S, D]
 */
export function bartEncoder<T>(
  module: Module<T>,
  x: T,
  { visible, alone }: { readonly visible: T | null; readonly alone: boolean },
  settings: LayerSettings,
): T {
  const stack = alone ? 'self' : 'encoder';
  return runStack(module, x, { stack, sizes: settings.encoder, settings }, (layer, y, index) => {
    const attended = attend(layer, 'self_attn', y, y, { kind: stack, layer: index, visible, causal: false });
    return think(layer, attended);
  });
}

/** A decoder's sight; without a memory it stands alone, and only sees itself. */
type DecoderSight<T> = Omit<Sight<T>, 'memory'> & { readonly memory: T | null };

/**
 * All layers of a decoder, and its last norm where it has one.
 * @param x embeddings [B, T, D]
 * @returns [B, T, D]
 */
export function bartDecoder<T>(module: Module<T>, x: T, { visible, memory, visibleMemory }: DecoderSight<T>, settings: LayerSettings): T {
  const kind = memory === null ? 'self' : 'decoder';
  return runStack(module, unread(module.build, x), { stack: kind, sizes: settings.decoder, settings }, (layer, y, index) => {
    const attended = attend(layer, 'self_attn', y, y, { kind, layer: index, visible, causal: true });
    if (memory === null) return think(layer, attended);
    const place: Place<T> = { kind: 'cross', layer: index, visible: visibleMemory, causal: false };
    return think(layer, attend(layer, 'encoder_attn', attended, memory, place));
  });
}

interface Stack {
  readonly stack: 'self' | 'encoder' | 'decoder';
  readonly sizes: StackSizes;
  readonly settings: LayerSettings;
}

/** Layer after layer, with the hidden states written down: [B, T, D] → [B, T, D] */
function runStack<T>(
  module: Module<T>,
  embedded: T,
  { stack, sizes, settings }: Stack,
  run: (layer: Layer<T>, x: T, index: number) => T,
): T {
  const { build } = module;
  let x = build.record(hiddenName(stack, 0), embedded);
  for (let index = 0; index < sizes.layers; index++) {
    const place = module.at(`layers.${index}`);
    x = place.record(run({ module: place, sizes, settings }, x, index));
    if (index + 1 < sizes.layers) build.record(hiddenName(stack, index + 1), x);
  }
  const last = settings.normFirst ? layerNorm(module.at('layer_norm'), x, settings.width, EPSILON) : x;
  return module.record(build.record(hiddenName(stack, sizes.layers), last));
}

/** LayerNorm(x + f(x)), or x + f(LayerNorm(x)) */
function sublayer<T>({ module, settings }: Layer<T>, x: T, norm: string, f: (x: T) => T): T {
  const step = settings.normFirst ? preNorm : postNorm;
  return step(module.ops, x, f, (y) => layerNorm(module.at(norm), y, settings.width, EPSILON));
}

/**
 * The sublayer of attention, with its norm.
 * @param memory what keys and values are made of, [B, S, D]; x itself means: what the queries are made of
 * @returns [B, T, D]
 */
function attend<T>(layer: Layer<T>, name: string, x: T, memory: T, place: Place<T>): T {
  const module = layer.module.at(name);
  const { heads, headDim } = layer.sizes;
  const { width } = layer.settings;
  const project = (part: string, from: T): T =>
    splitHeads(module.ops, linear(module.at(part), from, { in: width, out: width }), heads, headDim);
  return sublayer(layer, x, `${name}_layer_norm`, (y) => {
    const from = memory === x ? y : memory;
    const parts = { query: project('q_proj', y), key: project('k_proj', from), value: project('v_proj', from) };
    const context = attention(module, parts, { ...place, heads, headDim, mayBeBlind: place.causal });
    return module.record(linear(module.at('out_proj'), context, { in: width, out: width }));
  });
}

/** The sublayer of the feed-forward, with its norm: [B, T, D] → [B, T, D] */
function think<T>(layer: Layer<T>, x: T): T {
  const { module, sizes, settings } = layer;
  const parts = { up: module.at('fc1'), act: module.at('activation_fn'), down: module.at('fc2') };
  return sublayer(layer, x, 'final_layer_norm', (y) => feedForward(parts, y, { width: settings.width, inner: sizes.inner, f: settings.f }));
}
