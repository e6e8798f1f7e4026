/** Where each head's thumbnail stands. Pure: the grid, its hit test and its tests use the same numbers. */
import type { HeadRef, Site } from '../../state/types.ts';

export interface Place {
  readonly ref: HeadRef;
  readonly x: number;
  readonly y: number;
}

export interface GridLayout {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly places: readonly Place[];
  /** Places in a row, for the arrow keys. */
  readonly perRow: number;
  readonly layerLabels: readonly { readonly text: string; readonly y: number }[];
  /** Brackets under the query heads that share a key head. */
  readonly groups: readonly { readonly x: number; readonly y: number; readonly width: number }[];
  /** Whether each thumbnail has its name below: when they do not stand by layer. */
  readonly named: boolean;
}

/** Smaller thumbnails say nothing; where more heads stand side by side than find room, the grid scrolls. */
const SMALLEST = 15;
const LARGEST = 46;
/** Width of the layers' names. */
export const LABEL = 26;
const GAP = 3;
const GROUP_GAP = 5;
const NAME = 13;

/** Layers down, heads across. */
export function byLayer(sites: readonly Site[], width: number): GridLayout {
  const most = Math.max(1, ...sites.map((s) => s.run.heads));
  const grouped = sites.some((s) => s.kvHeads > 1 && s.kvHeads < s.heads);
  const perGroup = (s: Site) => (s.kvHeads > 0 && s.kvHeads < s.heads ? s.heads / s.kvHeads : s.heads);
  const gaps = Math.max(0, ...sites.map((s) => Math.ceil(s.run.heads / perGroup(s)) - 1)) * GROUP_GAP;
  const size = clampSize((width - LABEL - gaps - (most - 1) * GAP) / most);
  const rowHeight = size + GAP + (grouped ? 4 : 1);
  const places: Place[] = [];
  const groups: { x: number; y: number; width: number }[] = [];
  const layerLabels: { text: string; y: number }[] = [];
  sites.forEach((site, row) => {
    const y = row * rowHeight;
    const group = perGroup(site);
    layerLabels.push({ text: `L${site.layer + 1}`, y: y + size / 2 });
    for (let head = 0; head < site.run.heads; head++) {
      const x = LABEL + head * (size + GAP) + Math.floor(head / group) * GROUP_GAP;
      places.push({ ref: { kind: site.kind, layer: site.layer, head }, x, y });
      if (group < site.heads && head % group === 0) groups.push({ x, y: y + size + 1.5, width: group * (size + GAP) - GAP });
    }
  });
  const right = Math.max(0, ...places.map((p) => p.x)) + size;
  return { size, width: right + 2, height: sites.length * rowHeight + 2, places, perRow: most, layerLabels, groups, named: false };
}

/** Heads one after the other in the given order. */
export function inOrder(refs: readonly HeadRef[], width: number): GridLayout {
  const perRow = Math.max(1, Math.floor((width + GAP) / (40 + GAP)));
  const size = Math.max(SMALLEST, Math.min(LARGEST, (width - (perRow - 1) * GAP) / perRow));
  const rowHeight = size + NAME + GAP;
  const places = refs.map((ref, i) => ({ ref, x: (i % perRow) * (size + GAP), y: Math.floor(i / perRow) * rowHeight }));
  const height = Math.ceil(refs.length / perRow) * rowHeight + 2;
  return { size, width: perRow * (size + GAP), height, places, perRow, layerLabels: [], groups: [], named: true };
}

const clampSize = (size: number): number => Math.max(SMALLEST, Math.min(LARGEST, Math.floor(size)));

/** The place under a point, or undefined between the thumbnails. */
export function placeAt(layout: GridLayout, x: number, y: number): Place | undefined {
  return layout.places.find((p) => x >= p.x && x < p.x + layout.size && y >= p.y && y < p.y + layout.size);
}

/** The place that an arrow key leads to from place `at`. */
export function walk(layout: GridLayout, at: number, key: string): number {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -layout.perRow, ArrowDown: layout.perRow }[key];
  if (key === 'Home') return 0;
  if (key === 'End') return layout.places.length - 1;
  const to = at + (step ?? 0);
  return to < 0 || to >= layout.places.length ? at : to;
}
