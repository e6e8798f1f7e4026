/**
 * Pictures as sequences: a picture is cut into patches, each becomes a vector; further tokens (class, distillation, registers) go before them.
 *
 * Sources: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", 3.1; Touvron et al. 2021, "Training data-efficient image transformers"
 * (distillation token); Darcet et al. 2024, "Vision Transformers Need Registers".
 */
import type { Resize } from '../ops/operators/shapes.ts';
import { convolution } from './convolution.ts';
import type { Module } from './module.ts';

/** Height and width. */
export type Extent = readonly [number, number];

/** Patches in the order of reading: P = rows·columns. */
export interface Patches<T> {
  /** [B, P, D] */
  readonly tokens: T;
  /** int64 [1] each */
  readonly rows: T;
  readonly columns: T;
}

export interface PatchSettings {
  /** Channels of the picture, C. */
  readonly channels: number;
  readonly patch: Extent;
  /** D */
  readonly width: number;
}

/**
 * The same linear layer for every patch, which is a convolution whose window moves by its own size; what is over at the right and at the
 * bottom is left out.
 * @param projection weights `weight` [D, C, height, width], and `bias` [D] where the checkpoint has one
 * @param pixels [B, C, height, width]
 */
export function patchEmbedding<T>(projection: Module<T>, pixels: T, { channels, patch, width }: PatchSettings): Patches<T> {
  const { ops } = projection;
  const grid = convolution(projection, pixels, { in: channels, out: width, kernel: patch, stride: patch }); // [B, D, rows, columns]
  return { tokens: asSequence(projection, grid, width), rows: ops.dimension(grid, 2), columns: ops.dimension(grid, 3) };
}

/** [B, D, rows, columns] → [B, P, D] */
function asSequence<T>({ ops }: Module<T>, grid: T, width: number): T {
  return ops.transpose(ops.reshape(grid, [0, width, -1]), [0, 2, 1]);
}

/**
 * Puts learned tokens before a sequence, the same for every picture.
 * @param tokens [1, n, D] each
 * @param x [B, T, D]
 * @returns [B, Σn + T, D]
 */
export function withTokens<T>({ ops }: Module<T>, tokens: readonly T[], x: T): T {
  const shape = ops.concat([ops.dimension(x, 0), ops.integers([1, 1])], { axis: 0 });
  return ops.concat([...tokens.map((token) => ops.expand(token, shape)), x], { axis: 1 });
}

export interface PositionTable {
  /** Rows and columns that the table was trained for. */
  readonly grid: Extent;
  /** Tokens before the patches that have a position of their own. */
  readonly before: number;
  /** D */
  readonly width: number;
  /** Averages over the patches that fall together when the grid shrinks. */
  readonly antialias?: boolean;
}

/**
 * A learned table of positions for a grid of any size: the part of the patches is a picture of D channels, and resized like one (bicubic);
 * for the grid that it was trained for it stays as it is.
 *
 * With `antialias` the cubic kernel has a = −1/2 and ends at the edge, else a = −3/4 and the edge is repeated, as PyTorch does it.
 * @param table [1, before + rows·columns, D]
 * @returns [1, before + P, D]
 */
export function resizedPositions<T>(module: Module<T>, table: T, { rows, columns }: Patches<T>, settings: PositionTable): T {
  const { ops } = module;
  const { grid, before, width, antialias = false } = settings;
  const [first, rest] = before === 0 ? [null, table] : (ops.split(table, [before, grid[0] * grid[1]], { axis: 1 }) as [T, T]);
  const trained = ops.transpose(ops.reshape(rest, [1, ...grid, width]), [0, 3, 1, 2]); // [1, D, rows, columns]
  const size = ops.concat([ops.integers([1, width]), rows, columns], { axis: 0 });
  const kernel: Resize = antialias ? { antialias: 1, exclude_outside: 1, cubic_coeff_a: -0.5 } : { cubic_coeff_a: -0.75 };
  const resized = ops.resize(trained, null, size, { mode: 'cubic', coordinate_transformation_mode: 'half_pixel', ...kernel });
  const patches = asSequence(module, resized, width);
  return first === null ? patches : ops.concat([first, patches], { axis: 1 });
}
