/** preprocessor_config.json, in all the spellings that files have. */
import { HeadlightError } from '../errors.ts';
import { FILTERS, type FilterName } from './filters.ts';
import { withDefaults } from './processors.ts';
import type { Arithmetic } from './resize.ts';

/** The size to resize to: exact, or by an edge with the proportions kept. */
export type TargetSize =
  | { readonly height: number; readonly width: number }
  | { readonly shortestEdge: number; readonly longestEdge: number | null };

/** What is done to a picture before the model sees it, in this order; null leaves a step out. */
export interface ImageSettings {
  readonly resize: { readonly size: TargetSize; readonly filter: FilterName } | null;
  readonly crop: { readonly height: number; readonly width: number } | null;
  /** Factor from grey levels to what the model was trained on, mostly 1/255. */
  readonly rescale: number | null;
  /** One value a channel. */
  readonly normalize: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** BGR instead of RGB. */
  readonly flipChannels: boolean;
  readonly arithmetic: Arithmetic;
  /** Rescale before resizing, so that resizing does not round (DINOv3). */
  readonly rescaleFirst: boolean;
  /** The processor's name in the file, for people. */
  readonly processor: string | null;
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(what: string): HeadlightError {
  return new HeadlightError('format', `preprocessor_config.json is malformed: ${what}.`);
}

/** Pictures beyond this many pixels an edge are no model's input. */
const MAX_EDGE = 16_384;

function edge(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) throw wrong(`${name} is not a number of pixels`);
  if (value > MAX_EDGE) throw new HeadlightError('limit', `preprocessor_config.json asks for ${value} pixels; ${MAX_EDGE} are allowed.`);
  return value;
}

/** Processors whose older files give the shortest edge as a plain number; all others mean a square. */
const SHORTEST_EDGE = /^(CLIP|Chinese|AltCLIP|Bit|ConvNext|Levit|PoolFormer|VideoMAE|Vivit|MobileNet|EfficientFormer|Flava)/;

/** `size` or `crop_size`: a number, a pair, or an object. */
function sizeOf(value: unknown, name: string, processor: string): TargetSize {
  if (typeof value === 'number') {
    const pixels = edge(value, name);
    const keeps = name === 'size' && SHORTEST_EDGE.test(processor);
    return keeps ? { shortestEdge: pixels, longestEdge: null } : { height: pixels, width: pixels };
  }
  if (Array.isArray(value) && value.length === 2) return { height: edge(value[0], name), width: edge(value[1], name) };
  if (!isJson(value)) throw wrong(`${name} is missing`);
  if (value.height !== undefined || value.width !== undefined) {
    return { height: edge(value.height, `${name}.height`), width: edge(value.width, `${name}.width`) };
  }
  if (value.shortest_edge === undefined || value.shortest_edge === null) {
    throw new HeadlightError(
      'unsupported',
      `The picture's ${name} is given as ${Object.keys(value).join(', ') || 'nothing'}, which Headlight does not know.`,
    );
  }
  const longest = value.longest_edge ?? null;
  return { shortestEdge: edge(value.shortest_edge, name), longestEdge: longest === null ? null : edge(longest, name) };
}

/** LeViT's processor resizes to 256/224 of the size it is given, to be cropped afterwards. */
function enlarged(size: TargetSize, processor: string): TargetSize {
  if (processor !== 'Levit' || 'height' in size) return size;
  return { ...size, shortestEdge: Math.trunc((256 / 224) * size.shortestEdge) };
}

/** From this size on ConvNeXt's processor cuts nothing off. */
const WHOLE = 384;

/** ConvNeXt's: resized so that the share of the shortest edge that is asked for is what is cut out; large ones become squares. */
function byShare(size: TargetSize, share: unknown): (Pick<ImageSettings, 'crop'> & { readonly size: TargetSize }) | null {
  if (share === undefined || 'height' in size) return null;
  if (typeof share !== 'number' || !(share > 0 && share <= 1)) throw wrong('crop_pct is no share');
  const square = { height: size.shortestEdge, width: size.shortestEdge };
  if (size.shortestEdge >= WHOLE) return { size: square, crop: null };
  return { size: { shortestEdge: Math.trunc(size.shortestEdge / share), longestEdge: null }, crop: square };
}

function filterOf(value: unknown, processor: string): FilterName {
  // Files that name none rely on their processor: ViT's kin (and those without a name) use bilinear, the others bicubic.
  if (value === undefined || value === null) return /^(ViT|Yolos|Segformer|MobileViT|DINOv3|$)/.test(processor) ? 'bilinear' : 'bicubic';
  const name = typeof value === 'number' ? FILTERS[value] : FILTERS.find((f) => f === String(value).toLowerCase());
  if (name === undefined) throw wrong(`resample is ${JSON.stringify(value)}`);
  return name;
}

function flag(json: Json, name: string, otherwise: boolean): boolean {
  const value = json[name];
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'boolean') throw wrong(`${name} is neither true nor false`);
  return value;
}

function numbers(value: unknown, name: string): readonly number[] {
  const all = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(all) || all.length === 0 || !all.every((n) => typeof n === 'number' && Number.isFinite(n))) {
    throw wrong(`${name} is not a list of numbers`);
  }
  return all as number[];
}

function cropOf(json: Json, processor: string): ImageSettings['crop'] {
  if (!flag(json, 'do_center_crop', false)) return null;
  const size = sizeOf(json.crop_size ?? json.size, 'crop_size', processor);
  return 'height' in size ? size : { height: size.shortestEdge, width: size.shortestEdge };
}

function normalizeOf(json: Json): ImageSettings['normalize'] {
  if (!flag(json, 'do_normalize', json.image_mean !== undefined && json.image_mean !== null)) return null;
  const [mean, std] = [numbers(json.image_mean, 'image_mean'), numbers(json.image_std, 'image_std')];
  if (mean.length !== std.length || std.some((s) => s === 0)) throw wrong('image_mean and image_std do not fit each other');
  return { mean, std };
}

/**
 * Reads a preprocessor_config.json, new or old.
 * @throws HeadlightError 'format' if it is malformed, 'unsupported' for a step that Headlight does not know (padding, tiles, sizes by patches), 'limit'
 */
export function imageSettings(file: unknown): ImageSettings {
  if (!isJson(file)) throw wrong('it is not an object');
  const named = file.image_processor_type ?? file.feature_extractor_type;
  const name = typeof named === 'string' ? named : '';
  const processor = name.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, '');
  const config = withDefaults(file, processor);
  for (const step of ['do_pad', 'do_image_splitting', 'do_thumbnail', 'do_align_long_axis']) {
    if (config[step] === true) {
      throw new HeadlightError('unsupported', `This model's pictures are prepared with "${step}", which Headlight does not know.`);
    }
  }
  if (config.crop_pct !== undefined && processor !== 'ConvNext') {
    throw new HeadlightError('unsupported', 'This model\u2019s pictures are cropped by "crop_pct", which Headlight does not know.');
  }
  const asked = flag(config, 'do_resize', true) ? sizeOf(config.size, 'size', processor) : null;
  const share = asked === null ? null : byShare(asked, config.crop_pct);
  const size = share?.size ?? (asked === null ? null : enlarged(asked, processor));
  const rescale = flag(config, 'do_rescale', true) ? (config.rescale_factor ?? 1 / 255) : null;
  if (rescale !== null && (typeof rescale !== 'number' || !Number.isFinite(rescale))) throw wrong('rescale_factor is not a number');
  return {
    resize: size === null ? null : { size, filter: filterOf(config.resample, processor) },
    crop: share?.crop ?? cropOf(config, processor),
    rescale,
    normalize: normalizeOf(config),
    flipChannels: flag(config, 'do_flip_channel_order', false),
    arithmetic: name.endsWith('Fast') ? 'torchvision' : 'pil',
    rescaleFirst: processor === 'DINOv3ViT',
    processor: name === '' ? null : name,
  };
}
