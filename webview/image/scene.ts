/** A picture as a run sees it: its pixels, what each position of the model's sequence is, and what positions are called. */
import { HeadlightError } from '../../model/errors.ts';
import {
  type Geometry,
  type ImageToken,
  type ImageTokens,
  imageSettings,
  imageTokens,
  preprocess,
  type WindowSettings,
  windowSettings,
} from '../../model/image/index.ts';
import type { ImageInput } from '../../model/protocol/panel.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { decodePicture } from './decode.ts';

export interface Scene {
  readonly name: string;
  readonly bitmap: ImageBitmap;
  readonly geometry: Geometry;
  readonly tokens: ImageTokens;
  /** Of a model that attends within windows; null for others. */
  readonly windows: WindowSettings | null;
  readonly notice: string | null;
}

export interface Prepared {
  readonly scene: Scene;
  /** [1, C, height, width] */
  readonly pixelValues: Tensor;
}

/** Decodes and prepares a picture as the model's own files say. @throws HeadlightError what `decodePicture` and `model/image` throw */
export async function prepareScene({ name, uri, preprocessor, config }: ImageInput): Promise<Prepared> {
  if (preprocessor === undefined || preprocessor === null) {
    throw new HeadlightError('unsupported', 'The model has no preprocessor_config.json, which says how its pictures are prepared.');
  }
  const { picture, bitmap, notice } = await decodePicture(uri, name);
  const settings = imageSettings(preprocessor);
  const { values, shape, geometry } = preprocess(picture, settings, { channels: channelsOf(config) });
  const scene = { name, bitmap, geometry, tokens: imageTokens(config, geometry), windows: windowSettings(config), notice };
  return { scene, pixelValues: tensor('float32', shape, values) };
}

function channelsOf(config: unknown): 1 | 3 {
  const record = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  return record.num_channels === 1 ? 1 : 3;
}

/** `row 4, column 5`, `CLS`, `register 2`: what people call a position. Rows and columns count from 1. */
export function tokenName(token: ImageToken): string {
  if (token.kind === 'patch') return `row ${token.row + 1}, column ${token.column + 1}`;
  if (token.kind === 'class') return 'CLS';
  if (token.kind === 'register' || token.kind === 'detection') return `${token.kind} ${token.index + 1}`;
  return 'DIST';
}

/** Names of the positions of a site of `count` positions, null where a site has others than the sequence (windows, merged patches). */
export function namesOf({ tokens }: Pick<Scene, 'tokens'>, count: number): readonly string[] | null {
  return tokens.tokens.length === count ? tokens.tokens.map(tokenName) : null;
}

/** The position that a run opens with: the class token, else the patch in the middle. */
export function firstPosition({ tokens: { tokens, grid, firstPatch } }: Pick<Scene, 'tokens'>): number {
  if (tokens[0]?.kind === 'class') return 0;
  return firstPatch + Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
}

/**
 * The patches that together hold `mass` of what a row gives to patches, heaviest first, as in DINO's figure.
 * @param weights the row's weights of the patches
 * Source: Caron et al. 2021, "Emerging Properties in Self-Supervised Vision Transformers", figure 4 (60 % of the mass).
 */
export function heaviest(weights: ArrayLike<number>, mass: number): Uint8Array {
  const order = Array.from({ length: weights.length }, (_, i) => i).sort((a, b) => weights[b]! - weights[a]!);
  const total = order.reduce((sum, i) => sum + weights[i]!, 0);
  const kept = new Uint8Array(weights.length);
  let sum = 0;
  for (const i of order) {
    if (sum >= mass * total) break;
    kept[i] = 1;
    sum += weights[i]!;
  }
  return kept;
}
