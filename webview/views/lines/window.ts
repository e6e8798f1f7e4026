/** Which tokens are in the picture: a window around the query, in either layout. */
import type { Shown } from '../../state/shown.ts';
import { placesIn, wordEdges } from './draw.ts';
import { windowFrom } from './keep.ts';

export interface LinesWindow {
  readonly row: number;
  readonly column: number;
  /** Number of places. */
  readonly seen: number;
  /** Words of the arcs' line of text; empty in two columns. */
  readonly edges: readonly { readonly x: number; readonly width: number }[];
}

/** Two columns: as many places as fit, the query in the middle. */
export function columnWindow(shown: Shown, centre: number, height: number): LinesWindow {
  const seen = placesIn(height);
  const { rows, columns } = shown.cells;
  const row = windowFrom(centre, rows, seen);
  return { row, column: rows === columns ? row : windowFrom((centre * columns) / rows, columns, seen), seen, edges: [] };
}

const measuring = new OffscreenCanvas(1, 1).getContext('2d')!;
/** Where the query stands: words in front of it are what a causal head looks at. */
const QUERY_AT = 0.72;
const WIDEST_WORD = 110;
const GAP = 10;

/** Arcs: as many words as fit into a line, the query three quarters to the right. */
export function arcWindow(
  shown: Shown,
  centre: number,
  width: number,
  theme: { readonly font: string; readonly fontSize: number },
): LinesWindow {
  measuring.font = `${theme.fontSize}px ${theme.font}`;
  const measure = (text: string) => measuring.measureText(text).width;
  const { labels } = shown.columns;
  let first = centre;
  for (let room = width * QUERY_AT; first > 0; first--) {
    room -= Math.min(WIDEST_WORD, measure(labels[first - 1]!)) + GAP;
    if (room < 0) break;
  }
  const edges = wordEdges(labels, first, width, measure);
  return { row: first, column: first, seen: edges.length, edges };
}
