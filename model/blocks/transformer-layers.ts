/**
 * The layers of the Transformer, and stacks of them.
 *
 *     encoder   x + attention(x), then x + feedForward(x)
 *     decoder   x + attention(x), then x + attention(x, memory), then x + feedForward(x)
 *
 * with a LayerNorm after each sum (post-norm, the paper) or before each sublayer (pre-norm).
 *
 * Sources: Vaswani et al. 2017, "Attention Is All You Need", 3.1; the names of weights are `torch.nn.TransformerEncoderLayer`'s and
 * `TransformerDecoderLayer`'s.
 */
import type { Activation } from './activations.ts';
import { feedForward } from './feed-forward.ts';
import type { AttentionSite, Module } from './module.ts';
import { multiHead } from './multi-head.ts';
import { layerNorm } from './norms.ts';
import { postNorm, preNorm } from './residual.ts';

export interface TransformerSettings {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly f: Activation;
  readonly normFirst: boolean;
  /** Of the norms; 1e-5 unless said. */
  readonly epsilon?: number;
}

/** Which layer, and what its queries see: bool, true = attend, broadcasts to [B, H, T, S]; null for everything. */
export interface EncoderPlace<T> {
  readonly kind: AttentionSite<T>['kind'];
  readonly layer: number;
  readonly visible: T | null;
}

/** The same for a decoder, which also sees the encoder's result. */
export interface DecoderPlace<T> {
  readonly layer: number;
  readonly visible: T | null;
  /** [B, S, D] */
  readonly memory: T;
  readonly visibleMemory: T | null;
}

/**
 * @param x [B, S, D]
 * @returns [B, S, D]; modules `self_attn`, `linear1`, `linear2`, `norm1`, `norm2`
 */
export function encoderLayer<T>(module: Module<T>, x: T, place: EncoderPlace<T>, settings: TransformerSettings): T {
  const step = sublayers(module, settings);
  const attended = step(x, 'norm1', (y) => multiHead(module.at('self_attn'), { query: y, key: y, value: y }, { ...settings, ...place }));
  return module.record(step(attended, 'norm2', (y) => think(module, y, settings)));
}

/**
 * @param x [B, T, D]
 * @returns [B, T, D]; modules `self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`, `norm2`, `norm3`
 */
export function decoderLayer<T>(module: Module<T>, x: T, place: DecoderPlace<T>, settings: TransformerSettings): T {
  const step = sublayers(module, settings);
  const { layer, visible, memory, visibleMemory } = place;
  const own = { ...settings, kind: 'decoder', layer, visible, causal: true } as const;
  const across = { ...settings, kind: 'cross', layer, visible: visibleMemory } as const;
  const attended = step(x, 'norm1', (y) => multiHead(module.at('self_attn'), { query: y, key: y, value: y }, own));
  const informed = step(attended, 'norm2', (y) => multiHead(module.at('multihead_attn'), { query: y, key: memory, value: memory }, across));
  return module.record(step(informed, 'norm3', (y) => think(module, y, settings)));
}

/** norm(x + f(x)) or x + f(norm(x)), with a norm of the layer. */
function sublayers<T>(module: Module<T>, { normFirst, width, epsilon = 1e-5 }: TransformerSettings) {
  const arrange = normFirst ? preNorm : postNorm;
  return (x: T, norm: string, f: (x: T) => T): T => arrange(module.ops, x, f, (y) => layerNorm(module.at(norm), y, width, epsilon));
}

/** [B, T, D] → [B, T, D] */
function think<T>(module: Module<T>, x: T, { width, inner, f }: TransformerSettings): T {
  return feedForward({ up: module.at('linear1'), down: module.at('linear2') }, x, { width, inner, f });
}

/**
 * Layers one after the other, and a last norm where the checkpoint has one.
 * @param module of `layers.0`, `layers.1` … and `norm`
 * @param run one of the layers
 */
export function layerStack<T>(
  module: Module<T>,
  x: T,
  layers: number,
  { width, epsilon = 1e-5 }: TransformerSettings,
  run: (layer: Module<T>, x: T, index: number) => T,
): T {
  const last = Array.from({ length: layers }, (_, index) => index).reduce((y, index) => run(module.at(`layers.${index}`), y, index), x);
  return module.record(module.has('norm.weight') ? layerNorm(module.at('norm'), last, width, epsilon) : last);
}
