/**
 * CLIP: a tower that reads pictures and one that reads texts, trained to agree. Files of one tower alone are read too.
 *
 *     logits = exp(s)·(t/‖t‖)·(i/‖i‖)ᵀ      t, i: projections of what the towers say
 *
 * Source: Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision", figure 3.
 */
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { END } from '../ops/operators/constants.ts';
import type { Config } from '../safetensors/config.ts';
import { type Said, type TextTower, textSettings, textTower, type VisionTower, visionSettings, visionTower } from './clip-towers.ts';
import type { Description, Family } from './family.ts';
import { labelCount } from './heads.ts';
import { baseOf, pictureHead } from './pictures.ts';

export const clip: Family = {
  modelTypes: ['clip', 'clip_vision_model', 'clip_text_model'],
  prefix: '',
  describe: (config) => {
    const [text, vision] = towersOf(config);
    if (text === null) return describeVision(vision!);
    if (vision === null) return describeText(text);
    const layers = text.layers + vision.layers;
    return { ...describeText(text), architecture: 'CLIP', layers };
  },
  build: (root, config) => {
    const [text, vision] = towersOf(config);
    if (text !== null && vision !== null) bothTowers(root, config, text, vision);
    else if (text !== null) textAlone(root, text);
    else visionAlone(root, config, vision!);
  },
};

/** The towers that a configuration means; null for one that the model has not. */
function towersOf(config: Config): [TextTower | null, VisionTower | null] {
  const type = config.text('model_type');
  if (type === 'clip_text_model') return [textSettings(config), null];
  if (type === 'clip_vision_model') return [null, visionSettings(config)];
  const vision = visionSettings(config.section('vision_config'));
  const [name = ''] = config.texts('architectures', []);
  if (name.endsWith('ForImageClassification') || name.startsWith('CLIPVisionModel')) return [null, vision];
  const text = textSettings(config.section('text_config'));
  return name.startsWith('CLIPTextModel') ? [text, null] : [text, vision];
}

function describeText({ layers, heads, headDim, positions, vocabulary }: TextTower): Description {
  const sizes = { layers, heads, kvHeads: heads, headDim, vocabulary };
  return { architecture: 'CLIP, text', ...sizes, positions: 'learned', maxTokens: positions };
}

function describeVision({ layers, heads, headDim, grid }: VisionTower): Description {
  const sizes = { layers, heads, kvHeads: heads, headDim, vocabulary: null };
  return { architecture: 'CLIP, vision', ...sizes, positions: 'learned', maxTokens: 1 + grid[0] * grid[1] };
}

/** Outputs of both towers, and how well every text fits every picture: `logits_per_text` [texts, images] and the other way round. */
function bothTowers<T>(root: Module<T>, config: Config, text: TextTower, vision: VisionTower): void {
  const { ops, build } = root;
  const projected = config.count('projection_dim', 512);
  const said = textTower(root.at('text_model'), 'text', text);
  const seen = visionTower(root.at('vision_model'), 'vision', vision);
  const textEmbeds = unit(root, projection(root, 'text_projection', said, { in: text.width, out: projected }));
  const imageEmbeds = unit(root, projection(root, 'visual_projection', seen, { in: vision.width, out: projected }));
  const products = ops.matMul(textEmbeds, ops.transpose(imageEmbeds, [1, 0])); // [texts, images]
  const logits = ops.mul(products, ops.exp(root.weight('logit_scale', [])));
  build.output('logits_per_image', ops.transpose(logits, [1, 0]));
  build.output('logits_per_text', logits);
  build.output('text_embeds', textEmbeds);
  build.output('image_embeds', imageEmbeds);
  outputs(root, said, 'text/');
  outputs(root, seen, 'vision/');
}

function textAlone<T>(root: Module<T>, settings: TextTower): void {
  const said = textTower(baseOf(root, 'text_model', 'embeddings.token_embedding.weight'), 'self', settings);
  outputs(root, said);
  if (!root.has('text_projection.weight')) return;
  root.build.output('text_embeds', projection(root, 'text_projection', said, { in: settings.width, out: settings.projected }));
}

function visionAlone<T>(root: Module<T>, config: Config, settings: VisionTower): void {
  const seen = visionTower(baseOf(root, 'vision_model', 'embeddings.class_embedding'), 'self', settings);
  const classify = (): void => {
    const patches = root.ops.slice(seen.hidden, [1], [END], [1]);
    const mean = root.ops.reduceMean(patches, [1], { keepdims: 0 }); // [B, D]
    root.build.output('logits', linear(root.at('classifier'), mean, { in: settings.width, out: labelCount(config) }));
  };
  pictureHead(root, config, { ForImageClassification: { tensor: 'classifier.weight', write: classify } }, () => {
    outputs(root, seen);
    if (!root.has('visual_projection.weight')) return;
    root.build.output('image_embeds', projection(root, 'visual_projection', seen, { in: settings.width, out: settings.projected }));
  });
}

function outputs<T>({ build }: Module<T>, { hidden, pooled }: Said<T>, prefix = ''): void {
  build.output(`${prefix}last_hidden_state`, hidden);
  build.output(`${prefix}pooler_output`, pooled);
}

/** [B, D] → [B, E] */
function projection<T>(root: Module<T>, name: string, { pooled }: Said<T>, widths: { readonly in: number; readonly out: number }): T {
  return linear(root.at(name), pooled, widths);
}

/** x / ‖x‖: [B, E] → [B, E] */
function unit<T>({ ops }: Module<T>, x: T): T {
  return ops.div(x, ops.reduceL2(x, [-1]));
}
