/**
 * Swin: attention within windows of patches, rolled by half a window in every other block; between stages 2 × 2 patches become one.
 *
 * Source: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 3.
 */
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { type Patches, patchEmbedding, resizedPositions } from '../blocks/patches.ts';
import { atPlaces, type Grid, placesOf, windowCuts } from '../blocks/windows.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { baseOf, pictureHead, pixelValues } from './pictures.ts';
import { swinBlock } from './swin-block.ts';
import { type SwinSettings, type SwinStage, swinSettings } from './swin-settings.ts';

export const swin: Family = {
  modelTypes: ['swin'],
  prefix: 'swin.',
  describe: (config) => {
    const { stages, window, absolute } = swinSettings(config);
    const heads = Math.max(...stages.map((stage) => stage.heads));
    const positions = `relative in windows of ${window} × ${window}${absolute ? ', learned' : ''}`;
    const layers = stages.reduce((sum, { depth }) => sum + depth, 0);
    const headDim = stages[0]!.headDim;
    return { architecture: 'Swin', layers, heads, kvHeads: heads, headDim, positions, maxTokens: null, vocabulary: null };
  },
  build: (root, config) => {
    const settings = swinSettings(config);
    const base = baseOf(root, 'swin', 'embeddings.norm.weight');
    const patches = embeddings(base.at('embeddings'), settings);
    head(root, base, config, encoder(base, patches, settings), settings);
  },
};

/** LayerNorms of these models that do not take their ε from the configuration. */
const EPSILON = 1e-5;

/** The picture, padded to whole patches: input `pixel_values` [B, C, height, width] → [B, P, D] */
function embeddings<T>(module: Module<T>, settings: SwinSettings): Patches<T> {
  const { ops, build } = module;
  const { width, channels, patch, absolute, grid } = settings;
  const pixels = padded(module, pixelValues(build, channels), patch);
  const patches = patchEmbedding(module.at('patch_embeddings.projection'), pixels, settings);
  const normed = layerNorm(module.at('norm'), module.record(patches.tokens, 'patch_embeddings'), width, EPSILON);
  if (!absolute) return { ...patches, tokens: build.record('hidden/0', module.record(normed)) };
  const table = module.weight('position_embeddings', [1, grid[0] * grid[1], width]);
  const placed = ops.add(normed, resizedPositions(module, table, patches, { grid, before: 0, width }));
  return { ...patches, tokens: build.record('hidden/0', module.record(placed)) };
}

/** Zeros at the right and at the bottom up to whole patches: [B, C, height, width] → [B, C, height′, width′] */
function padded<T>({ ops }: Module<T>, pixels: T, patch: readonly [number, number]): T {
  const missing = (axis: number): T => {
    const length = ops.dimension(pixels, 2 + axis);
    return ops.mod(ops.neg(length), ops.scalar(patch[axis]!, 'int64'));
  };
  return ops.pad(pixels, ops.concat([ops.integers([0, 0]), missing(0), missing(1)], { axis: 0 }), 0, [2, 3]);
}

/** All stages and the final norm: → [B, P′, D′] */
function encoder<T>(base: Module<T>, patches: Patches<T>, settings: SwinSettings): T {
  const { ops, build } = base;
  let x = patches.tokens;
  let grid: Grid<T> = { rows: ops.squeeze(patches.rows), columns: ops.squeeze(patches.columns) };
  settings.stages.forEach((stage, index) => {
    const module = base.at(`encoder.layers.${index}`);
    x = blocks(module, x, grid, stage, settings);
    if (stage.merges) {
      x = merge(module.at('downsample'), x, grid, stage.width);
      grid = { rows: halved(base, grid.rows), columns: halved(base, grid.columns) };
    }
    build.record(`hidden/${index + 1}`, module.record(x));
  });
  return layerNorm(base.at('layernorm'), x, settings.stages.at(-1)!.width, settings.epsilon);
}

/** ⌈n/2⌉ */
function halved<T>({ ops }: Module<T>, length: T): T {
  return ops.div(ops.add(length, ops.scalar(1, 'int64')), ops.scalar(2, 'int64'));
}

/** The blocks of a stage: [B, P, D] → [B, P, D] */
function blocks<T>(module: Module<T>, x: T, grid: Grid<T>, stage: SwinStage, settings: SwinSettings): T {
  const { straight, rolled } = windowCuts(module.ops, grid, settings.window);
  let hidden = x;
  for (let block = 0; block < stage.depth; block++) {
    const cut = block % 2 === 0 ? straight : rolled;
    hidden = swinBlock(module.at(`blocks.${block}`), hidden, { cut, layer: stage.first + block }, stage, settings);
  }
  return hidden;
}

/** Rows and columns within a square of four, in the order in which they are joined. */
const QUARTERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** 2 × 2 patches side by side, normalised, as one of twice the width; what is missing at an edge is zeros: [B, P, D] → [B, ⌈P/4⌉, 2·D] */
function merge<T>(module: Module<T>, x: T, grid: Grid<T>, width: number): T {
  const { ops } = module;
  const every = (length: T, from: number): T =>
    ops.add(ops.mul(ops.range(0, halved(module, length)), ops.scalar(2, 'int64')), ops.scalar(from, 'int64'));
  const quarters = QUARTERS.map(([row, column]) =>
    atPlaces(ops, x, ops.reshape(placesOf(ops, grid, every(grid.rows, row), every(grid.columns, column)), [-1])),
  );
  const joined = layerNorm(module.at('norm'), ops.concat(quarters, { axis: -1 }), 4 * width, EPSILON);
  return module.record(linear(module.at('reduction'), joined, { in: 4 * width, out: 2 * width }));
}

/** Outputs `logits` [B, labels] of the mean of all patches, or `last_hidden_state` [B, P, D] and that mean. */
function head<T>(root: Module<T>, base: Module<T>, config: Config, hidden: T, { stages }: SwinSettings): void {
  const { build, ops } = root;
  const { width } = stages.at(-1)!;
  const mean = ops.reduceMean(hidden, [1], { keepdims: 0 }); // [B, D]
  base.record(ops.unsqueeze(mean, [2]), 'pooler');
  const classify = (): void => build.output('logits', linear(root.at('classifier'), mean, { in: width, out: labelCount(config) }));
  pictureHead(root, config, { ForImageClassification: { tensor: 'classifier.weight', write: classify } }, () => {
    build.output('last_hidden_state', hidden);
    build.output('pooler_output', mean);
  });
}
