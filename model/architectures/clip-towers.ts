/**
 * The two towers of CLIP: a pre-norm transformer over the patches of a picture, and a causal one over a text.
 *
 * Source: Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision", 2.4.
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { type Extent, patchEmbedding, resizedPositions, withTokens } from '../blocks/patches.ts';
import { preNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { attentionMask, inputIds, positionIds } from './inputs.ts';
import { divide } from './options.ts';
import { extentOf, gridOf, pixelValues } from './pictures.ts';

/** Sizes of a tower. */
export interface TowerSettings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  /** F */
  readonly inner: number;
  readonly layers: number;
  readonly epsilon: number;
  readonly activation: string;
  /** E, of the space that both towers share. */
  readonly projected: number;
}

export interface TextTower extends TowerSettings {
  readonly vocabulary: number;
  readonly positions: number;
  readonly endId: number;
}

export interface VisionTower extends TowerSettings {
  readonly channels: number;
  readonly patch: Extent;
  readonly grid: Extent;
}

/** What a tower is called where it stands beside another: its attention is of that kind; alone it is the model's own. */
export type TowerName = 'text' | 'vision' | 'self';

/** Configurations leave out what is as in the first release. */
interface Defaults {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
}

function towerSettings(config: Config, defaults: Defaults): TowerSettings {
  const width = config.count('hidden_size', defaults.width);
  const heads = config.count('num_attention_heads', defaults.heads);
  return {
    ...{ width, heads },
    headDim: divide(config, 'the head size', width, heads),
    inner: config.count('intermediate_size', defaults.inner),
    layers: config.count('num_hidden_layers', 12),
    epsilon: config.number('layer_norm_eps', 1e-5),
    activation: config.text('hidden_act', 'quick_gelu'),
    projected: config.count('projection_dim', 512),
  };
}

export function textSettings(config: Config): TextTower {
  return {
    ...towerSettings(config, { width: 512, heads: 8, inner: 2048 }),
    vocabulary: config.count('vocab_size', 49_408),
    positions: config.count('max_position_embeddings', 77),
    endId: config.count('eos_token_id', 49_407),
  };
}

export function visionSettings(config: Config): VisionTower {
  const patch = extentOf(config, 'patch_size', 32);
  return {
    ...towerSettings(config, { width: 768, heads: 12, inner: 3072 }),
    ...{ patch, grid: gridOf(config, extentOf(config, 'image_size', 224), patch) },
    channels: config.count('num_channels', 3),
  };
}

/** What a tower says. */
export interface Said<T> {
  /** [B, T, D] */
  readonly hidden: T;
  /** [B, D] */
  readonly pooled: T;
}

/**
 * Inputs `input_ids` and `attention_mask` [B, T] → hidden states after the final norm, and the one where the text ends.
 * @param module `text_model`
 */
export function textTower<T>(module: Module<T>, name: TowerName, settings: TextTower): Said<T> {
  const { ops, build } = module;
  const { vocabulary, positions, width, epsilon } = settings;
  const end = settings.endId === LARGEST_ID ? vocabulary - 1 : settings.endId;
  const [ids, mask] = [name === 'text' ? inputIds(build, end) : inputIds(build), attentionMask(build)];
  const embeddings = module.at('embeddings');
  const words = embedding(embeddings.at('token_embedding'), ids, vocabulary, width);
  const places = embedding(embeddings.at('position_embedding'), positionIds(build), positions, width);
  const embedded = embeddings.record(ops.add(words, places));
  const visible = causalPaddingMask(ops, mask);
  const hidden = layerNorm(
    module.at('final_layer_norm'),
    layersOf(module.at('encoder'), embedded, { name, visible }, settings),
    width,
    epsilon,
  );
  const place = ops.unsqueeze(endOf(module, ids, settings), [1]); // [B, 1]
  return { hidden, pooled: ops.gatherND(hidden, place, { batch_dims: 1 }) };
}

/** The end id of the first release's configurations, which is no token of theirs: it stands for the largest id of a text. */
const LARGEST_ID = 2;

/** Where a text ends: the first place of its end token, or of its largest id. int64 [B, T] → int64 [B] */
function endOf<T>({ ops }: Module<T>, ids: T, { endId }: TextTower): T {
  const marks = endId === LARGEST_ID ? ids : ops.equal(ids, ops.scalar(endId, 'int64'));
  return ops.argMax(ops.cast(marks, 'float32'), { axis: 1, keepdims: 0 });
}

/**
 * Input `pixel_values` [images, C, height, width] → hidden states before the last norm, and the class token after it.
 * @param module `vision_model`
 */
export function visionTower<T>(module: Module<T>, name: TowerName, settings: VisionTower): Said<T> {
  const { ops } = module;
  const { width, epsilon } = settings;
  const embedded = visionEmbeddings(module.at('embeddings'), settings);
  const normed = layerNorm(module.at('pre_layrnorm'), embedded, width, epsilon);
  const hidden = layersOf(module.at('encoder'), normed, { name, visible: null }, settings);
  const pooled = layerNorm(module.at('post_layernorm'), ops.gather(hidden, 0, { axis: 1 }), width, epsilon);
  return { hidden, pooled };
}

/** class token and patches + positions: [images, T, D] */
function visionEmbeddings<T>(module: Module<T>, settings: VisionTower): T {
  const { ops, build } = module;
  const { channels, width, grid } = settings;
  const patches = patchEmbedding(module.at('patch_embedding'), pixelValues(build, channels, 'images'), settings);
  const first = ops.reshape(module.weight('class_embedding', [width]), [1, 1, width]);
  const table = ops.unsqueeze(module.at('position_embedding').weight('weight', [1 + grid[0] * grid[1], width]), [0]);
  const positions = resizedPositions(module, table, patches, { grid, before: 1, width });
  module.at('position_embedding').record(positions);
  return module.record(ops.add(withTokens(module, [first], patches.tokens), positions));
}

interface Sight<T> {
  readonly name: TowerName;
  /** bool, broadcasts to [B, H, T, T]; null where all is seen. */
  readonly visible: T | null;
}

/** All layers of a tower: [B, T, D] → [B, T, D] */
function layersOf<T>(encoder: Module<T>, x: T, sight: Sight<T>, settings: TowerSettings): T {
  const stage = (layer: number): string => (sight.name === 'self' ? `hidden/${layer}` : `hidden/${sight.name}/${layer}`);
  let hidden = encoder.build.record(stage(0), x);
  for (let layer = 0; layer < settings.layers; layer++) {
    hidden = encoder.build.record(stage(layer + 1), towerLayer(encoder.at(`layers.${layer}`), hidden, layer, sight, settings));
  }
  return hidden;
}

/** x + attention(LayerNorm(x)), then x + feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function towerLayer<T>(module: Module<T>, x: T, layer: number, sight: Sight<T>, settings: TowerSettings): T {
  const { width, inner, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const mlp = module.at('mlp');
  const parts = { up: mlp.at('fc1'), act: mlp.at('activation_fn'), down: mlp.at('fc2') };
  const see = (y: T): T => selfAttention(module.at('self_attn'), y, layer, sight, settings);
  const think = (y: T): T => mlp.record(feedForward(parts, y, { width, inner, f: activation(settings.activation) }));
  return module.record(preNorm(module.ops, preNorm(module.ops, x, see, norm('layer_norm1')), think, norm('layer_norm2')));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, layer: number, { name: kind, visible }: Sight<T>, settings: TowerSettings): T {
  const { width, heads, headDim } = settings;
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const parts = { query: project('q_proj'), key: project('k_proj'), value: project('v_proj') };
  const context = attention(module, parts, { kind, layer, heads, headDim, visible, causal: visible !== null });
  return module.record(linear(module.at('out_proj'), context, { in: width, out: width }));
}
