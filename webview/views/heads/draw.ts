/** Painting the grid: thumbnails on one canvas, what is selected on another above it, so that walking repaints a few lines only. */

import type { Thumbnails } from '../../../model/protocol/engine.ts';
import { headColours, type Scale } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import { type Cells, type Paint, rowTops } from '../../draw/cells.ts';
import { headName } from '../../draw/numbers.ts';
import { prepare, screenDensity } from '../../draw/surface.ts';
import { type Atlas, atlasOf, drawHead } from '../../draw/thumbnails.ts';
import { type HeadRef, headKey, sameHead, siteKey, type ViewOptions } from '../../state/types.ts';
import { type GridLayout, LABEL } from './layout.ts';

/** Thumbnails have at least two device pixels a CSS pixel, on every screen. */
export const thumbnailDensity = (): number => Math.max(2, screenDensity());

export interface GridPicture {
  readonly layout: GridLayout;
  readonly theme: Theme;
  readonly view: Pick<ViewOptions, 'scale' | 'range'>;
  readonly thumbnails: ReadonlyMap<string, Thumbnails>;
  /** Sites whose queries never look ahead. */
  readonly causal: ReadonlySet<string>;
  /** Share 0 to 1 of the largest, by head, of the metric that marks the thumbnails. */
  readonly marks: ReadonlyMap<string, number>;
}

const atlases = new WeakMap<Thumbnails, { readonly key: string; readonly theme: Theme; readonly atlas: Atlas }>();

function atlas(thumbnails: Thumbnails, { layout, theme, view, causal }: GridPicture): Atlas {
  const pixels = Math.round(layout.size * thumbnailDensity());
  const key = `${pixels} ${view.scale} ${view.range}`;
  const known = atlases.get(thumbnails);
  if (known?.key === key && known.theme === theme) return known.atlas;
  const made = atlasOf(thumbnails, pixels, (cells) => paintOf(cells, theme, view.scale, view.range), causal.has(thumbnails.key));
  atlases.set(thumbnails, { key, theme, atlas: made });
  return made;
}

/** How a map is painted: its colours and what the last of them stands for. */
export function paintOf(cells: Cells, theme: Theme, scale: Scale, range: ViewOptions['range']): Paint {
  if (range === 'one') return { colours: theme.sequential, scale, top: () => 1 };
  const tops = rowTops(cells);
  if (range === 'row') return { colours: theme.sequential, scale, top: (row) => tops[row]! };
  const top = tops.reduce((a, b) => Math.max(a, b), 0);
  return { colours: theme.sequential, scale, top: () => top };
}

export function drawGrid(canvas: HTMLCanvasElement, picture: GridPicture): void {
  const { layout, theme, thumbnails } = picture;
  const context = prepare(canvas, layout.width, layout.height, thumbnailDensity());
  context.font = labelFont(theme);
  context.textBaseline = 'middle';
  for (const { ref, x, y } of layout.places) {
    const site = thumbnails.get(siteKey(ref));
    if (site) drawHead(context, atlas(site, picture), ref.head, x, y, layout.size);
    else outline(context, theme.border, x, y, layout.size, 1);
    if (layout.named) drawName(context, theme, ref, x, y, layout.size);
    drawMark(context, picture, ref, x, y);
  }
  context.fillStyle = theme.muted;
  for (const group of layout.groups) context.fillRect(group.x, group.y, group.width, 1);
}

const labelFont = ({ font, fontSize }: Theme): string => `${Math.min(11, fontSize - 2)}px ${font}`;

/** The layers' names, on a canvas of their own that stays where it is when the heads scroll to the side. */
export function drawLayers(canvas: HTMLCanvasElement, { layout, theme }: Pick<GridPicture, 'layout' | 'theme'>): void {
  const context = prepare(canvas, LABEL, layout.height, thumbnailDensity());
  context.fillStyle = theme.background;
  context.fillRect(0, 0, LABEL - 2, layout.height);
  context.font = labelFont(theme);
  context.textBaseline = 'middle';
  context.fillStyle = theme.muted;
  for (const label of layout.layerLabels) context.fillText(label.text, 0, label.y);
}

function drawName(context: CanvasRenderingContext2D, theme: Theme, ref: HeadRef, x: number, y: number, size: number): void {
  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  context.fillText(headName(ref.layer, ref.head), x + size / 2, y + size + 7, size);
  context.textAlign = 'start';
}

/** A bar along the lower edge: its length is the metric, against the largest of all heads. */
function drawMark(context: CanvasRenderingContext2D, { layout, theme, marks }: GridPicture, ref: HeadRef, x: number, y: number): void {
  const share = marks.get(headKey(ref));
  if (share === undefined) return;
  context.fillStyle = theme.background;
  context.fillRect(x, y + layout.size - 4, layout.size, 4);
  context.fillStyle = theme.query;
  context.fillRect(x, y + layout.size - 3, layout.size * share, 3);
}

/** Marks the selected heads, each in its colour, the one that is compared, and the one under the pointer. */
export function drawChosen(
  canvas: HTMLCanvasElement,
  { layout, theme }: Pick<GridPicture, 'layout' | 'theme'>,
  chosen: { readonly heads: readonly HeadRef[]; readonly against: HeadRef | null; readonly pointed: HeadRef | null },
): void {
  const context = prepare(canvas, layout.width, layout.height);
  const colours = headColours(theme.kind);
  for (const { ref, x, y } of layout.places) {
    const at = chosen.heads.findIndex((h) => sameHead(h, ref));
    if (at >= 0) outline(context, chosen.heads.length > 1 ? colours[at]! : theme.focus, x, y, layout.size, 2);
    else if (chosen.against && sameHead(chosen.against, ref)) outline(context, theme.query, x, y, layout.size, 2, [3, 2]);
    else if (chosen.pointed && sameHead(chosen.pointed, ref)) outline(context, theme.foreground, x, y, layout.size, 1);
  }
}

function outline(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  y: number,
  size: number,
  width: number,
  dash: number[] = [],
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.strokeRect(x + width / 2 - 0.5, y + width / 2 - 0.5, size - width + 1, size - width + 1);
  context.setLineDash([]);
}
