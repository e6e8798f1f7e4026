/**
 * DINOv3: class token, registers and patches; no table of positions, the patches are turned by where they lie (rotary in two dimensions).
 *
 * Source: Siméoni et al. 2025, "DINOv3", 3.
 */
import { activation } from '../blocks/activations.ts';
import { attention, type Heads } from '../blocks/attention.ts';
import { feedForward, gatedFeedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { layerScale } from '../blocks/layer-scale.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { type Patches, patchEmbedding, withTokens } from '../blocks/patches.ts';
import { type RotaryTables, rotate } from '../blocks/positions/rotary.ts';
import { gridRotaryTables } from '../blocks/positions/rotary-grid.ts';
import { preNorm } from '../blocks/residual.ts';
import { END } from '../ops/operators/constants.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { pictureHead, pixelValues } from './pictures.ts';
import { describePictures, type PictureSettings, pictureLayers, pictureSettings } from './vit-layers.ts';

interface Dinov3Settings extends PictureSettings {
  /** F */
  readonly inner: number;
  readonly gated: boolean;
  readonly registers: number;
  /** Base of the angles' frequencies. */
  readonly base: number;
}

export const dinov3: Family = {
  modelTypes: ['dinov3_vit'],
  prefix: '',
  describe: (config) => {
    const settings = settingsOf(config);
    return describePictures('DINOv3', settings, { before: 1 + settings.registers, positions: 'rotary, two dimensions' });
  },
  build: (root, config) => {
    const { build, ops } = root;
    const settings = settingsOf(config);
    const { width, headDim, base, registers } = settings;
    const { sequence, patches } = embeddings(root.at('embeddings'), settings);
    const tables = gridRotaryTables(ops, patches.rows, patches.columns, headDim, base);
    root.record(ops.reshape(tables.cos, [-1, headDim]), 'rope_embeddings');
    const place = { tables, before: 1 + registers };
    const hidden = pictureLayers(root.at('layer'), sequence, settings.layers, (module, x, layer) =>
      dinov3Layer(module, x, { layer, ...place }, settings),
    );
    const normed = layerNorm(root.at('norm'), hidden, width, settings.epsilon);
    pictureHead(root, config, {}, () => {
      build.output('last_hidden_state', normed);
      build.output('pooler_output', ops.gather(normed, 0, { axis: 1 }));
    });
  },
};

function settingsOf(config: Config): Dinov3Settings {
  const rope = config.has('rope_parameters') ? config.section('rope_parameters') : config;
  return {
    ...pictureSettings(config, { epsilon: 1e-5 }),
    inner: config.count('intermediate_size'),
    gated: config.flag('use_gated_mlp', false),
    registers: config.count('num_register_tokens', 0),
    base: rope.number('rope_theta', 100),
  };
}

/** [class | registers | patches]: input `pixel_values` [B, C, height, width] → [B, T, D] */
function embeddings<T>(module: Module<T>, settings: Dinov3Settings): { readonly sequence: T; readonly patches: Patches<T> } {
  const { width, registers, channels } = settings;
  const patches = patchEmbedding(module.at('patch_embeddings'), pixelValues(module.build, channels), settings);
  const tokens = [module.weight('cls_token', [1, 1, width])];
  if (registers > 0) tokens.push(module.weight('register_tokens', [1, registers, width]));
  return { sequence: module.record(withTokens(module, tokens, patches.tokens)), patches };
}

interface Place<T> {
  readonly layer: number;
  readonly tables: RotaryTables<T>;
  /** Tokens before the patches, which are not turned. */
  readonly before: number;
}

/** x + λ₁ ⊙ attention(LayerNorm(x)), then x + λ₂ ⊙ feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function dinov3Layer<T>(module: Module<T>, x: T, place: Place<T>, settings: Dinov3Settings): T {
  const { width, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const scaled = (name: string, y: T): T => layerScale(module.at(name), y, width);
  const see = (y: T): T => scaled('layer_scale1', selfAttention(module.at('attention'), y, place, settings));
  const think = (y: T): T => scaled('layer_scale2', module.record(perceptron(module.at('mlp'), y, settings), 'mlp'));
  return preNorm(module.ops, preNorm(module.ops, x, see, norm('norm1')), think, norm('norm2'));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, tables, before }: Place<T>, settings: Dinov3Settings): T {
  const { ops } = module;
  const { width, heads, headDim } = settings;
  const project = (name: string): T => splitHeads(ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const turned = (y: T): T => {
    const [first, patches] = [ops.slice(y, [0], [before], [2]), ops.slice(y, [before], [END], [2])];
    return ops.concat([first, rotate(ops, patches, tables, headDim)], { axis: 2 });
  };
  const parts: Heads<T> = { query: turned(project('q_proj')), key: turned(project('k_proj')), value: project('v_proj') };
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim });
  return module.record(linear(module.at('o_proj'), context, { in: width, out: width }));
}

/** [B, T, D] → [B, T, D] */
function perceptron<T>(module: Module<T>, x: T, { width, inner, gated, activation: name }: Dinov3Settings): T {
  const sizes = { width, inner, f: activation(name) };
  const parts = { up: module.at('up_proj'), act: module.at('act_fn'), down: module.at('down_proj') };
  return gated ? gatedFeedForward({ ...parts, gate: module.at('gate_proj') }, x, sizes) : feedForward(parts, x, sizes);
}
