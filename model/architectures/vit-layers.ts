/**
 * The encoder of ViT and of the families that kept it (DeiT, DINO; DINOv2 its attention): pre-norm, every patch sees every patch.
 *
 * Source: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", 3.1, equations 1 to 4.
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { Extent, PatchSettings } from '../blocks/patches.ts';
import { preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import type { Description } from './family.ts';
import { divide } from './options.ts';
import { extentOf, gridOf } from './pictures.ts';

/** Sizes of a picture encoder. */
export interface PictureSettings extends PatchSettings {
  readonly heads: number;
  readonly headDim: number;
  readonly layers: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Rows and columns of patches of the pictures that it was trained with. */
  readonly grid: Extent;
}

export interface VitSettings extends PictureSettings {
  /** F */
  readonly inner: number;
  /** Width of the pooler, and its activation. */
  readonly pooled: number;
  readonly pooledBy: string;
}

/** Sizes that every configuration of this kin has. */
export function pictureSettings(config: Config, { patch: patchSide = 16, epsilon = 1e-12 } = {}): PictureSettings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const patch = extentOf(config, 'patch_size', patchSide);
  return {
    ...{ width, heads, patch },
    headDim: divide(config, 'the head size', width, heads),
    layers: config.count('num_hidden_layers'),
    channels: config.count('num_channels', 3),
    epsilon: config.number('layer_norm_eps', epsilon),
    activation: config.text('hidden_act', 'gelu'),
    grid: gridOf(config, extentOf(config, 'image_size', 224), patch),
  };
}

export function vitSettings(config: Config): VitSettings {
  const settings = pictureSettings(config);
  return {
    ...settings,
    inner: config.count('intermediate_size'),
    pooled: config.count('pooler_output_size', settings.width),
    pooledBy: config.text('pooler_act', 'tanh'),
  };
}

/**
 * What such a configuration says of a model.
 * @param before tokens before the patches
 */
export function describePictures(
  architecture: string,
  { layers, heads, headDim, grid }: PictureSettings,
  { before, positions = 'learned' }: { readonly before: number; readonly positions?: string },
): Description {
  const maxTokens = positions === 'learned' ? before + grid[0] * grid[1] : null;
  return { architecture, layers, heads, kvHeads: heads, headDim, positions, maxTokens, vocabulary: null };
}

/**
 * All layers. Records `hidden/0` … `hidden/L`, the last one before the final norm.
 * @param layers holds `0`, `1`, …
 * @param x [B, T, D]
 * @param layer one of them
 * @returns [B, T, D]
 */
export function pictureLayers<T>(layers: Module<T>, x: T, count: number, layer: (module: Module<T>, x: T, index: number) => T): T {
  let hidden = layers.build.record('hidden/0', x);
  for (let index = 0; index < count; index++) {
    const module = layers.at(index);
    hidden = layers.build.record(`hidden/${index + 1}`, module.record(layer(module, hidden, index)));
  }
  return hidden;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
export function vitLayer<T>(module: Module<T>, x: T, layer: number, settings: VitSettings): T {
  const { width, inner, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const attended = preNorm(module.ops, x, (y) => vitAttention(module.at('attention'), y, layer, settings), norm('layernorm_before'));
  const parts = {
    up: module.at('intermediate.dense'),
    act: module.at('intermediate.intermediate_act_fn'),
    down: module.at('output.dense'),
  };
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  return preNorm(module.ops, attended, think, norm('layernorm_after'));
}

/** [B, T, D] → [B, T, D] */
export function vitAttention<T>(module: Module<T>, x: T, layer: number, { width, heads, headDim }: PictureSettings): T {
  const self = module.at('attention');
  const project = (name: string): T => splitHeads(module.ops, linear(self.at(name), x, { in: width, out: width }), heads, headDim);
  const parts = { query: project('query'), key: project('key'), value: project('value') };
  const context = self.record(attention(self, parts, { kind: 'self', layer, heads, headDim }));
  return module.record(linear(module.at('output.dense'), context, { in: width, out: width }));
}

/** f(x₀·Wᵀ + b) of the class token: [B, T, D] → [B, D′] */
export function vitPooler<T>(base: Module<T>, hidden: T, { width, pooled, pooledBy }: VitSettings): T {
  const first = base.ops.gather(hidden, 0, { axis: 1 }); // [B, D]
  const dense = linear(base.at('pooler.dense'), first, { in: width, out: pooled });
  return base.record(activation(pooledBy)(base.ops, dense), 'pooler');
}
