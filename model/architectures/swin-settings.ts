/** Sizes of a Swin model and of each of its stages. */
import type { Extent, PatchSettings } from '../blocks/patches.ts';
import { HeadlightError } from '../errors.ts';
import type { Config } from '../safetensors/config.ts';
import { divide } from './options.ts';
import { extentOf, gridOf } from './pictures.ts';

/** One stage. */
export interface SwinStage {
  /** D */
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  /** F */
  readonly inner: number;
  readonly depth: number;
  /** Blocks in the stages before. */
  readonly first: number;
  /** Whether 2 × 2 patches become one at its end. */
  readonly merges: boolean;
}

export interface SwinSettings extends PatchSettings {
  readonly stages: readonly SwinStage[];
  /** w */
  readonly window: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Whether patches have learned positions besides. */
  readonly absolute: boolean;
  /** Rows and columns of the pictures that it was trained with. */
  readonly grid: Extent;
}

/** @throws HeadlightError `format` when the lists of stages do not fit each other */
export function swinSettings(config: Config): SwinSettings {
  const patch = extentOf(config, 'patch_size', 4);
  return {
    patch,
    width: config.count('embed_dim'),
    channels: config.count('num_channels', 3),
    stages: stagesOf(config),
    window: config.count('window_size', 7),
    epsilon: config.number('layer_norm_eps', 1e-5),
    activation: config.text('hidden_act', 'gelu'),
    absolute: config.flag('use_absolute_embeddings', false),
    grid: gridOf(config, extentOf(config, 'image_size', 224), patch),
  };
}

function stagesOf(config: Config): SwinStage[] {
  const depths = config.numbers('depths');
  const heads = config.numbers('num_heads');
  if (depths.length === 0 || depths.length !== heads.length) {
    throw new HeadlightError('format', `${config.where}: depths has ${depths.length} stages, num_heads has ${heads.length}.`);
  }
  return depths.map((depth, index) => {
    const width = config.count('embed_dim') * 2 ** index;
    return {
      ...{ width, depth, heads: heads[index]! },
      headDim: divide(config, `the head size of stage ${index + 1}`, width, heads[index]!),
      inner: Math.trunc(config.number('mlp_ratio', 4) * width),
      first: depths.slice(0, index).reduce((sum, before) => sum + before, 0),
      merges: index + 1 < depths.length,
    };
  });
}
