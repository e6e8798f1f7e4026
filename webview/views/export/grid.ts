/** Every head of the chosen kind in one picture, for the HTML page. */

import type { Theme } from '../../colour/theme.ts';
import { atlasOf } from '../../draw/thumbnails.ts';
import { dataUri } from '../../export/raster.ts';
import type { Session } from '../../state/types.ts';
import type { Panel } from '../context.ts';
import { paintOf } from '../heads/draw.ts';

const SIDE = 32;
const GAP = 2;

/** Data URI of a PNG: layers down, heads across; null while thumbnails are missing. */
export async function gridPng({ store, maps }: Panel, session: Session, theme: Theme): Promise<string | null> {
  const { kind } = store.selection.peek();
  const { scale, range } = store.view.peek();
  const sites = [...session.sites.values()].filter((s) => s.kind === kind).sort((a, b) => a.layer - b.layer);
  const most = Math.max(1, ...sites.map((s) => s.run.heads));
  const canvas = new OffscreenCanvas(most * (SIDE + GAP), Math.max(1, sites.length) * (SIDE + GAP));
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  for (const [row, site] of sites.entries()) {
    const loaded = maps.peek()?.thumbnails(site.key).peek();
    if (loaded?.state !== 'ready') return null;
    const atlas = atlasOf(loaded.value, SIDE, (cells) => paintOf(cells, theme, scale, range), site.causal);
    for (let head = 0; head < site.run.heads; head++) {
      context.drawImage(
        atlas.picture,
        head * atlas.columns,
        0,
        atlas.columns,
        atlas.rows,
        head * (SIDE + GAP),
        row * (SIDE + GAP),
        SIDE,
        SIDE,
      );
    }
  }
  return dataUri(await canvas.convertToBlob({ type: 'image/png' }));
}
