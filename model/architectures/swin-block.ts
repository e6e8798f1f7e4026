/**
 * A block of Swin: pre-norm, attention within windows.
 *
 * Source: Liu et al. 2021, "Swin Transformer", 3.2, equations 3 and 4.
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { preNorm } from '../blocks/residual.ts';
import { atPlaces, type WindowCut, windowBias } from '../blocks/windows.ts';
import type { SwinSettings, SwinStage } from './swin-settings.ts';

/** Which block it is, and how its grid is cut. */
export interface SwinPlace<T> {
  readonly cut: WindowCut<T>;
  readonly layer: number;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, P, D] → [B, P, D] */
export function swinBlock<T>(module: Module<T>, x: T, place: SwinPlace<T>, stage: SwinStage, settings: SwinSettings): T {
  const { width, inner } = stage;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, settings.epsilon);
  const parts = {
    up: module.at('intermediate.dense'),
    act: module.at('intermediate.intermediate_act_fn'),
    down: module.at('output.dense'),
  };
  const see = (y: T): T => inWindows(module.at('attention'), y, place, stage, settings.window);
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  return module.record(preNorm(module.ops, preNorm(module.ops, x, see, norm('layernorm_before')), think, norm('layernorm_after')));
}

/** Cuts into windows, attends in each, and puts every patch back where it was: [B, P, D] → [B, P, D] */
function inWindows<T>(module: Module<T>, x: T, { cut, layer }: SwinPlace<T>, stage: SwinStage, size: number): T {
  const { ops } = module;
  const { width } = stage;
  const windows = ops.reshape(atPlaces(ops, x, cut.places), [-1, size * size, width]); // [B·windows, w², D]
  const visible = cut.visible === null ? null : forEveryPicture(module, cut.visible, x, size);
  const context = windowAttention(module.at('self'), windows, { layer, visible }, stage, size);
  const dense = linear(module.at('output.dense'), context, { in: width, out: width });
  const batch = ops.concat([ops.dimension(x, 0), ops.integers([-1, width])], { axis: 0 });
  return ops.gather(ops.reshape(module.record(dense), batch), cut.back, { axis: 1 });
}

/** [windows, w², w²] → [B·windows, 1, w², w²] */
function forEveryPicture<T>({ ops }: Module<T>, visible: T, x: T, size: number): T {
  const shape = ops.concat([ops.dimension(x, 0), ops.integers([1, 1, 1])], { axis: 0 });
  return ops.reshape(ops.expand(visible, shape), [-1, 1, size * size, size * size]);
}

/** [B·windows, w², D] → [B·windows, w², D] */
function windowAttention<T>(
  module: Module<T>,
  x: T,
  { layer, visible }: { readonly layer: number; readonly visible: T | null },
  { width, heads, headDim }: SwinStage,
  size: number,
): T {
  const { ops, build } = module;
  const project = (name: string): T => splitHeads(ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const parts = { query: project('query'), key: project('key'), value: project('value') };
  const bias = windowBias(ops, module.weight('relative_position_bias_table', [(2 * size - 1) ** 2, heads]), size);
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim, visible, bias, mayBeBlind: false });
  build.record(`attention/window/${module.path}/weights`, build.stage(`attention/self/${layer}/weights`));
  return module.record(context);
}
