/** Swin's windows: which patches attend to each other. Source: Liu et al. 2021, section 3.2; shapes as in transformers' SwinLayer. */
import { type PatchGrid, visionConfig } from './tokens.ts';

/** The grid of a stage: every stage after the first joins 2 × 2 patches, an odd row or column being padded. */
export function stageGrid(grid: PatchGrid, stage: number): PatchGrid {
  const half = (n: number) => Math.ceil(n / 2);
  let { rows, columns, patch } = grid;
  for (let s = 0; s < stage; s++) {
    [rows, columns] = [half(rows), half(columns)];
    patch = { width: 2 * patch.width, height: 2 * patch.height };
  }
  return { rows, columns, patch };
}

export interface Windows {
  /** Edge of a window, in patches of the stage. */
  readonly edge: number;
  /** By how many patches the grid is rolled up and left before it is cut; 0 in even blocks. */
  readonly shift: number;
  /**
   * For every window, row-major over the rolled grid, its edge² positions as indices into the stage's row-major patches; −1 is padding.
   * The attention of block b has shape [B·windows, H, edge², edge²] in this order.
   */
  readonly windows: readonly (readonly number[])[];
}

/** The windows of a block. Where the grid is no larger than a window there is one size of it and no shift. */
export function swinWindows({ rows, columns }: PatchGrid, windowSize: number, block: number): Windows {
  const single = Math.min(rows, columns) <= windowSize;
  const edge = single ? Math.min(rows, columns) : windowSize;
  const shift = single || block % 2 === 0 ? 0 : Math.floor(windowSize / 2);
  const [paddedRows, paddedColumns] = [Math.ceil(rows / edge) * edge, Math.ceil(columns / edge) * edge];
  const patch = (y: number, x: number) => {
    const [row, column] = [(y + shift) % paddedRows, (x + shift) % paddedColumns];
    return row < rows && column < columns ? row * columns + column : -1;
  };
  const windows: number[][] = [];
  for (let top = 0; top < paddedRows; top += edge) {
    for (let left = 0; left < paddedColumns; left += edge) {
      windows.push(Array.from({ length: edge * edge }, (_, i) => patch(top + Math.floor(i / edge), left + (i % edge))));
    }
  }
  return { edge, shift, windows };
}

/** What a configuration says of windows. */
export interface WindowSettings {
  /** Edge of a window in patches. */
  readonly edge: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
}

/** The windows of a Swin model; null for models that attend over the whole picture. */
export function windowSettings(config: unknown): WindowSettings | null {
  const { model_type: type, window_size: edge, depths } = visionConfig(config);
  if (!String(type).startsWith('swin') || typeof edge !== 'number' || !(edge > 0) || !Array.isArray(depths)) return null;
  return depths.every((depth) => Number.isInteger(depth) && depth > 0) ? { edge, depths } : null;
}
