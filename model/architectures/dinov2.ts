/**
 * DINOv2, with and without registers: ViT whose sublayers are scaled channel by channel before they are added; feed-forward plain or gated.
 *
 * Sources: Oquab et al. 2023, "DINOv2: Learning Robust Visual Features without Supervision"; Darcet et al. 2024, "Vision Transformers Need
 * Registers"; layer scale: Touvron et al. 2021, "Going deeper with Image Transformers".
 */
import { activation, silu } from '../blocks/activations.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { layerScale } from '../blocks/layer-scale.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { patchEmbedding, resizedPositions, withTokens } from '../blocks/patches.ts';
import { preNorm } from '../blocks/residual.ts';
import { END } from '../ops/operators/constants.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { baseOf, pictureHead, pixelValues } from './pictures.ts';
import { describePictures, type PictureSettings, pictureLayers, pictureSettings, vitAttention } from './vit-layers.ts';

interface Dinov2Settings extends PictureSettings {
  /** F; of a gated feed-forward the width of each half. */
  readonly inner: number;
  readonly gated: boolean;
  readonly registers: number;
  /** Averages positions where the grid shrinks. */
  readonly antialias: boolean;
}

export const dinov2 = dinov2Family('dinov2', 'DINOv2', false);
export const dinov2WithRegisters = dinov2Family('dinov2_with_registers', 'DINOv2 with registers', true);

function dinov2Family(type: string, architecture: string, hasRegisters: boolean): Family {
  return {
    modelTypes: [type],
    prefix: `${type}.`,
    describe: (config) => {
      const settings = settingsOf(config, hasRegisters);
      return describePictures(architecture, settings, { before: 1 + settings.registers });
    },
    build: (root, config) => {
      const settings = settingsOf(config, hasRegisters);
      const base = baseOf(root, type, 'embeddings.cls_token');
      const embedded = embeddings(base.at('embeddings'), settings);
      const hidden = pictureLayers(base.at('encoder.layer'), embedded, settings.layers, (module, x, index) =>
        dinov2Layer(module, x, index, settings),
      );
      head(root, config, layerNorm(base.at('layernorm'), hidden, settings.width, settings.epsilon), settings);
    },
  };
}

function settingsOf(config: Config, hasRegisters: boolean): Dinov2Settings {
  const settings = pictureSettings(config, { patch: 14, epsilon: 1e-6 });
  const gated = config.flag('use_swiglu_ffn', false);
  const inner = Math.trunc(settings.width * config.number('mlp_ratio', 4));
  return {
    ...settings,
    gated,
    inner: gated ? 8 * Math.floor((Math.trunc((inner * 2) / 3) + 7) / 8) : inner,
    antialias: hasRegisters,
    registers: hasRegisters ? config.count('num_register_tokens', 4) : 0,
  };
}

/**
 * [class + its position | registers | patches + their positions]: input `pixel_values` [B, C, height, width] → [B, T, D]. Registers stand
 * nowhere in the picture: they get no position.
 */
function embeddings<T>(module: Module<T>, settings: Dinov2Settings): T {
  const { ops, build } = module;
  const { channels, width, grid, registers, antialias } = settings;
  const patches = patchEmbedding(module.at('patch_embeddings.projection'), pixelValues(build, channels), settings);
  module.record(patches.tokens, 'patch_embeddings');
  const table = module.weight('position_embeddings', [1, 1 + grid[0] * grid[1], width]);
  const positions = resizedPositions(module, table, patches, { grid, before: 1, width, antialias });
  const sequence = ops.add(withTokens(module, [module.weight('cls_token', [1, 1, width])], patches.tokens), positions);
  if (registers === 0) return module.record(sequence);
  const [first, rest] = [ops.slice(sequence, [0], [1], [1]), ops.slice(sequence, [1], [END], [1])];
  const withRegisters = withTokens(module, [module.weight('register_tokens', [1, registers, width])], rest);
  return module.record(ops.concat([first, withRegisters], { axis: 1 }));
}

/** x + λ₁ ⊙ attention(LayerNorm(x)), then x + λ₂ ⊙ feedForward(LayerNorm(x)): [B, T, D] → [B, T, D] */
function dinov2Layer<T>(module: Module<T>, x: T, layer: number, settings: Dinov2Settings): T {
  const { width, epsilon } = settings;
  const norm = (name: string) => (y: T) => layerNorm(module.at(name), y, width, epsilon);
  const scaled = (name: string, y: T): T => layerScale(module.at(name), y, width);
  const see = (y: T): T => scaled('layer_scale1', vitAttention(module.at('attention'), y, layer, settings));
  const think = (y: T): T => scaled('layer_scale2', module.record(perceptron(module.at('mlp'), y, settings), 'mlp'));
  return preNorm(module.ops, preNorm(module.ops, x, see, norm('norm1')), think, norm('norm2'));
}

/** f(x·W₁ᵀ)·W₂ᵀ, or (silu(x·Aᵀ) ⊙ x·Bᵀ)·W₂ᵀ where A and B lie side by side: [B, T, D] → [B, T, D] */
function perceptron<T>(module: Module<T>, x: T, { width, inner, gated, activation: name }: Dinov2Settings): T {
  const { ops } = module;
  if (!gated) {
    const parts = { up: module.at('fc1'), act: module.at('activation'), down: module.at('fc2') };
    return feedForward(parts, x, { width, inner, f: activation(name) });
  }
  const joint = linear(module.at('weights_in'), x, { in: width, out: 2 * inner });
  const [gate, up] = ops.split(joint, 2, { axis: -1 }) as [T, T];
  return linear(module.at('weights_out'), ops.mul(silu(ops, gate), up), { in: inner, out: width });
}

/** Outputs `logits` [B, labels] of the class token beside the mean of the patches, or `last_hidden_state` and the class token. */
function head<T>(root: Module<T>, config: Config, hidden: T, { width, registers }: Dinov2Settings): void {
  const { build, ops } = root;
  const first = ops.gather(hidden, 0, { axis: 1 }); // [B, D]
  const classify = (): void => {
    const patches = ops.slice(hidden, [1 + registers], [END], [1]);
    const both = ops.concat([first, ops.reduceMean(patches, [1], { keepdims: 0 })], { axis: -1 }); // [B, 2·D]
    build.output('logits', linear(root.at('classifier'), both, { in: 2 * width, out: labelCount(config) }));
  };
  pictureHead(root, config, { ForImageClassification: { tensor: 'classifier.weight', write: classify } }, () => {
    build.output('last_hidden_state', hidden);
    build.output('pooler_output', first);
  });
}
