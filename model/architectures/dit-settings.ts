/** Sizes of a DiT. */
import { type Activation, gelu, geluTanh } from '../blocks/activations.ts';
import type { PatchSettings } from '../blocks/patches.ts';
import type { Config } from '../safetensors/config.ts';
import { divide, refuseUnless } from './options.ts';

export interface DitSettings extends PatchSettings {
  readonly heads: number;
  readonly headDim: number;
  readonly layers: number;
  /** C′: twice C where the model says the variance too. */
  readonly outChannels: number;
  /** Number of classes, which is also the id of no class. */
  readonly classes: number;
  /** ε of the norm before the feed-forward. */
  readonly epsilon: number;
  readonly f: Activation;
  /** Rows and columns of patches that it was trained with. */
  readonly grid: number;
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = { 'gelu-approximate': geluTanh, gelu };

export function ditSettings(config: Config): DitSettings {
  const heads = config.count('num_attention_heads', 16);
  const headDim = config.count('attention_head_dim', 72);
  const channels = config.count('in_channels', 4);
  const side = config.count('patch_size', 2);
  const name = config.text('activation_fn', 'gelu-approximate');
  refuseUnless(config.text('norm_type', 'ada_norm_zero') === 'ada_norm_zero', config, 'norm_type');
  refuseUnless(!config.flag('norm_elementwise_affine', false), config, 'norm_elementwise_affine');
  refuseUnless(Object.hasOwn(ACTIVATIONS, name), config, 'activation_fn');
  return {
    ...{ heads, headDim, channels, patch: [side, side], width: heads * headDim },
    layers: config.count('num_layers', 28),
    outChannels: config.count('out_channels', channels),
    classes: config.count('num_embeds_ada_norm', 1000),
    epsilon: config.number('norm_eps', 1e-5),
    f: ACTIVATIONS[name]!,
    grid: divide(config, 'the number of rows of patches', config.count('sample_size', 32), side),
  };
}
