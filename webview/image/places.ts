/** Where the positions of a site lie on the picture: all patches of the sequence, or those of one window of a layer that attends within windows. */
import { type PatchGrid, patchRect, type Rect, stageGrid, swinWindows } from '../../model/image/index.ts';
import { type Scene, tokenName } from './scene.ts';

/** What tells of a site how it attends; `batch` counts its windows. */
export interface PlacedSite {
  readonly layer: number;
  readonly run: { readonly batch: number; readonly queries: number };
}

export interface Places {
  readonly grid: PatchGrid;
  /** Patch of each position, row-major in `grid`; −1 for a position that is none (class token, padding of a window). */
  readonly patches: Int32Array;
  readonly names: readonly string[];
  /** The window that they are, null where a layer attends over the whole picture. */
  readonly window: { readonly index: number; readonly count: number; readonly edge: number; readonly shift: number } | null;
}

type Pictured = Pick<Scene, 'tokens' | 'windows'>;

/** Null where the positions are none of the picture's patches, as in layers over merged patches that Headlight does not know. */
export function placesOf(scene: Pictured, site: PlacedSite, window: number): Places | null {
  const { tokens, firstPatch, grid } = scene.tokens;
  if (site.run.batch <= 1 && site.run.queries === tokens.length) {
    const last = firstPatch + grid.rows * grid.columns;
    const patches = Int32Array.from(tokens, (_, i) => (i >= firstPatch && i < last ? i - firstPatch : -1));
    return { grid, patches, names: tokens.map(tokenName), window: null };
  }
  const cut = windowsOf(scene, site);
  const patches = cut?.windows[Math.min(window, cut.windows.length - 1)];
  if (!cut || !patches) return null;
  const name = (patch: number) =>
    patch < 0 ? 'padding' : `row ${Math.floor(patch / cut.grid.columns) + 1}, column ${(patch % cut.grid.columns) + 1}`;
  return {
    grid: cut.grid,
    patches: Int32Array.from(patches),
    names: patches.map(name),
    window: { index: Math.min(window, cut.windows.length - 1), count: cut.windows.length, edge: cut.edge, shift: cut.shift },
  };
}

/** The stage's grid and the windows of a layer of Swin; null for other layers. */
function windowsOf({ tokens, windows: settings }: Pictured, { layer, run }: PlacedSite) {
  if (!settings) return null;
  let [stage, block] = [0, layer];
  while (stage < settings.depths.length && block >= settings.depths[stage]!) block -= settings.depths[stage++]!;
  const grid = stageGrid(tokens.grid, stage);
  const cut = swinWindows(grid, settings.edge, block);
  return cut.windows.length === run.batch && cut.edge ** 2 === run.queries ? { ...cut, grid } : null;
}

/** The window and the position in it of a patch of the layer's grid; null where the patch has none. */
export function placeOfPatch(
  scene: Pictured,
  site: PlacedSite,
  patch: number,
): { readonly window: number; readonly position: number } | null {
  for (let window = 0; window < Math.max(1, site.run.batch); window++) {
    const position = placesOf(scene, site, window)?.patches.indexOf(patch) ?? -1;
    if (position >= 0) return { window, position };
  }
  return null;
}

/** Where the patch of a position lies, in pixels of the picture; null for a position that is no patch. */
export function rectOf({ geometry }: Pick<Scene, 'geometry'>, { grid, patches }: Places, position: number | null): Rect | null {
  const patch = position === null ? -1 : (patches[position] ?? -1);
  return patch < 0 ? null : patchRect(grid, geometry, Math.floor(patch / grid.columns), patch % grid.columns);
}

/** The patch reached from a position by a step of rows and columns, staying in the grid; from a position that is no patch the first. */
export function stepped({ grid, patches }: Places, position: number | null, rows: number, columns: number): number {
  const patch = position === null ? -1 : (patches[position] ?? -1);
  if (patch < 0) return 0;
  const within = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
  return within(Math.floor(patch / grid.columns) + rows, grid.rows) * grid.columns + within((patch % grid.columns) + columns, grid.columns);
}
