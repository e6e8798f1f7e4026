/**
 * ViT, and DINO (v1), which is a ViT trained without labels: a class token and patches, learned positions, pre-norm encoder.
 *
 * Sources: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words"; Caron et al. 2021, "Emerging Properties in Self-Supervised Vision
 * Transformers".
 */
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { patchEmbedding, resizedPositions, withTokens } from '../blocks/patches.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { baseOf, pictureHead, pixelValues } from './pictures.ts';
import { describePictures, pictureLayers, type VitSettings, vitLayer, vitPooler, vitSettings } from './vit-layers.ts';

export const vit: Family = {
  modelTypes: ['vit'],
  prefix: 'vit.',
  describe: (config) => describePictures('ViT', vitSettings(config), { before: 1 }),
  build: (root, config) => {
    const { build, ops } = root;
    const settings = vitSettings(config);
    const base = baseOf(root, 'vit', 'embeddings.cls_token');
    const hidden = vitEncoder(base, vitEmbeddings(base.at('embeddings'), ['cls_token'], settings), settings);
    const classify = (): void => {
      const first = ops.gather(hidden, 0, { axis: 1 }); // [B, D]
      build.output('logits', linear(root.at('classifier'), first, { in: settings.width, out: labelCount(config) }));
    };
    pictureHead(root, config, { ForImageClassification: { tensor: 'classifier.weight', write: classify } }, () =>
      vitOutputs(base, hidden, settings),
    );
  },
};

/**
 * Learned tokens and patches with their positions: input `pixel_values` [B, C, height, width] → [B, T, D]
 * @param tokens names of the learned tokens, in their order
 */
export function vitEmbeddings<T>(module: Module<T>, tokens: readonly string[], settings: VitSettings): T {
  const { ops, build } = module;
  const { channels, width, grid } = settings;
  const patches = patchEmbedding(module.at('patch_embeddings.projection'), pixelValues(build, channels), settings);
  const sequence = withTokens(
    module,
    tokens.map((name) => module.weight(name, [1, 1, width])),
    module.record(patches.tokens, 'patch_embeddings'),
  );
  const before = tokens.length;
  const table = module.weight('position_embeddings', [1, before + grid[0] * grid[1], width]);
  return module.record(ops.add(sequence, resizedPositions(module, table, patches, { grid, before, width })));
}

/** All layers and the final norm: [B, T, D] → [B, T, D] */
export function vitEncoder<T>(base: Module<T>, embedded: T, settings: VitSettings): T {
  const layer = (module: Module<T>, x: T, index: number): T => vitLayer(module, x, index, settings);
  const hidden = pictureLayers(base.at('encoder.layer'), embedded, settings.layers, layer);
  return layerNorm(base.at('layernorm'), hidden, settings.width, settings.epsilon);
}

/** Outputs of a base model: `last_hidden_state` [B, T, D], and `pooler_output` [B, D′] where it has a pooler. */
export function vitOutputs<T>(base: Module<T>, hidden: T, settings: VitSettings): void {
  base.build.output('last_hidden_state', hidden);
  if (base.has('pooler.dense.weight')) base.build.output('pooler_output', vitPooler(base, hidden, settings));
}
