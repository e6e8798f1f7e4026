/** What each position of a picture model's sequence is: class, distillation and register tokens, and patches with their place in the picture. */
import { HeadlightError } from '../errors.ts';
import { type Geometry, type Rect, rectToPicture, type Size, toInput } from './geometry.ts';

/** The patches of a model's input: row-major, `patch` pixels of the input each. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  readonly patch: Size;
}

export type ImageToken =
  | { readonly kind: 'class' | 'distillation' }
  | { readonly kind: 'register' | 'detection'; readonly index: number }
  /** `rect` is in pixels of the picture, exactly; it reaches out of the picture where the processor padded. */
  | { readonly kind: 'patch'; readonly row: number; readonly column: number; readonly rect: Rect };

export interface ImageTokens {
  readonly grid: PatchGrid;
  /** Position of the first patch. */
  readonly firstPatch: number;
  /** One entry a position of the sequence. */
  readonly tokens: readonly ImageToken[];
}

type Json = Readonly<Record<string, unknown>>;

/** Tokens before and behind the patches, by `model_type`. */
type Layout = (config: Json) => { readonly before: readonly ImageToken[]; readonly behind: readonly ImageToken[] };

const CLASS: ImageToken = { kind: 'class' };

function numbered(kind: 'register' | 'detection', value: unknown, otherwise: number): ImageToken[] {
  const count = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
  return Array.from({ length: count }, (_, index) => ({ kind, index }));
}

const none: Layout = () => ({ before: [], behind: [] });
const withClass: Layout = () => ({ before: [CLASS], behind: [] });
const withRegisters: Layout = (config) => ({ before: [CLASS, ...numbered('register', config.num_register_tokens, 4)], behind: [] });

const LAYOUTS: ReadonlyMap<string, Layout> = new Map([
  ...['vit', 'vit_msn', 'vit_mae', 'dinov2', 'beit', 'data2vec-vision', 'dpt'].map((type): [string, Layout] => [type, withClass]),
  ...['clip', 'clip_vision_model', 'chinese_clip_vision_model', 'altclip_vision_model', 'blip_vision_model', 'owlvit_vision_model'].map(
    (type): [string, Layout] => [type, withClass],
  ),
  ['deit', () => ({ before: [CLASS, { kind: 'distillation' }], behind: [] })],
  ['dinov2_with_registers', withRegisters],
  ['dinov3_vit', withRegisters],
  ['yolos', (config) => ({ before: [CLASS], behind: numbered('detection', config.num_detection_tokens, 100) })],
  ...['swin', 'swinv2', 'siglip', 'siglip_vision_model', 'siglip2_vision_model', 'ijepa'].map((type): [string, Layout] => [type, none]),
]);

/** The vision part of a configuration: its own, or that of the picture tower. */
export function visionConfig(config: unknown): Json {
  const json = typeof config === 'object' && config !== null ? (config as Json) : {};
  const tower = json.vision_config;
  return typeof tower === 'object' && tower !== null ? (tower as Json) : json;
}

function patchSize({ patch_size: value }: Json): Size {
  const [height, width] = Array.isArray(value) ? value : [value, value];
  const usable = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n > 0;
  if (!usable(height) || !usable(width)) throw new HeadlightError('format', 'config.json has no patch_size: it is no model of patches.');
  return { height, width };
}

/** Swin pads its input to whole patches; the others leave out what is over. */
function gridOf(config: Json, input: Size): PatchGrid {
  const patch = patchSize(config);
  const whole = String(config.model_type).startsWith('swin') ? Math.ceil : Math.floor;
  return { rows: whole(input.height / patch.height), columns: whole(input.width / patch.width), patch };
}

/** A patch's place in the picture. */
export function patchRect({ patch }: PatchGrid, geometry: Geometry, row: number, column: number): Rect {
  const [left, top] = [column * patch.width, row * patch.height];
  return rectToPicture(geometry, { left, top, right: left + patch.width, bottom: top + patch.height });
}

/**
 * The positions of a picture model's sequence.
 *
 * @param config the model's config.json (of a two-tower model, the whole one)
 * @param length positions that the model really has, where known: a model type that Headlight does not know is taken to have its further tokens first,
 *   a class token and registers, as all known families of that kind do
 * @throws HeadlightError 'format' without a patch size, 'shape' if the model has another number of positions
 */
export function imageTokens(config: unknown, geometry: Geometry, length?: number): ImageTokens {
  const vision = visionConfig(config);
  const grid = gridOf(vision, geometry.input);
  const patches: ImageToken[] = [];
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++)
      patches.push({ kind: 'patch', row, column, rect: patchRect(grid, geometry, row, column) });
  }
  const layout = LAYOUTS.get(String(vision.model_type)) ?? guessed((length ?? patches.length) - patches.length);
  const { before, behind } = layout(vision);
  const tokens = [...before, ...patches, ...behind];
  if (length !== undefined && length !== tokens.length) {
    throw new HeadlightError(
      'shape',
      `image tokens: the model has ${length} positions, expected ${before.length + behind.length} + ${grid.rows} × ${grid.columns} patches = ${tokens.length}`,
    );
  }
  return { grid, firstPatch: before.length, tokens };
}

function guessed(extra: number): Layout {
  if (extra <= 0) return none;
  return () => ({ before: [CLASS, ...numbered('register', extra - 1, 0)], behind: [] });
}

/** The position of the patch at a point of the picture; null outside the patches. */
export function patchAt(
  { grid, firstPatch }: Pick<ImageTokens, 'grid' | 'firstPatch'>,
  geometry: Geometry,
  x: number,
  y: number,
): number | null {
  const [inX, inY] = toInput(geometry, x, y);
  const row = Math.floor(inY / grid.patch.height);
  const column = Math.floor(inX / grid.patch.width);
  if (row < 0 || column < 0 || row >= grid.rows || column >= grid.columns) return null;
  return firstPatch + row * grid.columns + column;
}
