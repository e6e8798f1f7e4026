/**
 * DiT, in diffusers' layout: a transformer over the patches of a noisy latent; step of time and class set every norm.
 *
 * Source: Peebles, Xie 2023, "Scalable Diffusion Models with Transformers", 3.
 */

import { silu } from '../blocks/activations.ts';
import { modulate, plainNorm } from '../blocks/adaptive-norm.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { type Patches, patchEmbedding } from '../blocks/patches.ts';
import { gridSinusoids } from '../blocks/positions/sinusoidal-grid.ts';
import { ditBlock, NORM_EPSILON } from './dit-block.ts';
import { type DitSettings, ditSettings } from './dit-settings.ts';
import type { Family } from './family.ts';

export const dit: Family = {
  modelTypes: ['DiTTransformer2DModel'],
  prefix: '',
  describe: (config) => {
    const { layers, heads, headDim } = ditSettings(config);
    const sizes = { layers, heads, kvHeads: heads, headDim };
    return { architecture: 'DiT', ...sizes, positions: 'sinusoidal, two dimensions', maxTokens: null, vocabulary: null };
  },
  build: (root, config) => {
    const { build } = root;
    const settings = ditSettings(config);
    const { channels, classes } = settings;
    const latent = build.input({
      name: 'hidden_states',
      dtype: 'float32',
      shape: ['B', channels, 'height', 'width'],
      fill: { by: 'user' },
    });
    const time = build.input({ name: 'timestep', dtype: 'int64', shape: ['B'], fill: { by: 'constant', value: 0 } });
    const label = build.input({ name: 'class_labels', dtype: 'int64', shape: ['B'], fill: { by: 'constant', value: classes } });
    const patches = embeddings(root.at('pos_embed'), latent, settings);
    let x = build.record('hidden/0', patches.tokens);
    for (let layer = 0; layer < settings.layers; layer++) {
      const module = root.at(`transformer_blocks.${layer}`);
      x = build.record(`hidden/${layer + 1}`, ditBlock(module, x, { layer, time, label }, settings));
    }
    const said = build.stage('stage/transformer_blocks.0.norm1.emb'); // [B, D]
    build.output('sample', picture(root, last(root, x, said, settings), patches, settings));
  },
};

/** Patches of the latent and where they lie: [B, C, height, width] → [B, P, D] */
function embeddings<T>(module: Module<T>, latent: T, settings: DitSettings): Patches<T> {
  const { ops } = module;
  const patches = patchEmbedding(module.at('proj'), latent, settings);
  const positions = gridSinusoids(ops, patches.rows, patches.columns, settings.width, settings.grid);
  return { ...patches, tokens: module.record(ops.add(patches.tokens, positions)) };
}

/**
 * The last norm, set by the condition of the first block, and the pixels of every patch: [B, P, D] → [B, P, p²·C′]
 * @param said [B, D]
 */
function last<T>(root: Module<T>, x: T, said: T, { width, patch, outChannels }: DitSettings): T {
  const { ops } = root;
  const both = linear(root.at('proj_out_1'), silu(ops, said), { in: width, out: 2 * width });
  const [shift, scale] = ops.split(both, 2, { axis: -1 }) as [T, T];
  const normed = modulate(ops, plainNorm(root.at('norm_out'), x, width, NORM_EPSILON), shift, scale);
  return linear(root.at('proj_out_2'), normed, { in: width, out: patch[0] * patch[1] * outChannels });
}

/** Patches back in their places: [B, P, p²·C′] → [B, C′, height, width] */
function picture<T>({ ops }: Module<T>, x: T, { rows, columns }: Patches<T>, { patch, outChannels }: DitSettings): T {
  const cut = ops.concat([ops.integers([-1]), rows, columns, ops.integers([...patch, outChannels])], { axis: 0 });
  const turned = ops.transpose(ops.reshape(x, cut), [0, 5, 1, 3, 2, 4]); // [B, C′, rows, p, columns, p]
  const side = (length: T, axis: 0 | 1): T => ops.mul(length, ops.integers([patch[axis]]));
  const size = ops.concat([ops.integers([-1, outChannels]), side(rows, 0), side(columns, 1)], { axis: 0 });
  return ops.reshape(turned, size);
}
