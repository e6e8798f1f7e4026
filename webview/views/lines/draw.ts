/** Painting lines between tokens: two columns, or arcs over one line of text. */
import type { Theme } from '../../colour/theme.ts';
import { cutMiddle, drawText } from '../../draw/labels.ts';
import { percent } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';

/** A line from a row (query) to a column (key). */
export interface Line {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
  /** CSS colour of its head. */
  readonly colour: string;
  /** Lines of other queries stand back. */
  readonly faint: boolean;
}

export interface LinesPicture {
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly lines: readonly Line[];
  /** First visible place of each side. */
  readonly from: { readonly row: number; readonly column: number };
  /** Chosen or pointed-at places. */
  readonly rows: ReadonlySet<number>;
  readonly column: number | null;
}

export const LINE_HEIGHT = 19;
const TOP = 22;
const WIDEST = 7;

/** Places that fit into a height. */
export const placesIn = (height: number): number => Math.max(3, Math.floor((height - TOP - 14) / LINE_HEIGHT));

export const labelWidth = (width: number): number => Math.min(160, width * 0.32);

/** Row or column under a point, or null. */
export function placeUnder(picture: Pick<LinesPicture, 'width' | 'height' | 'from' | 'rowLabels' | 'columnLabels'>, x: number, y: number) {
  const at = Math.floor((y - TOP) / LINE_HEIGHT);
  if (at < 0 || at >= placesIn(picture.height)) return null;
  const label = labelWidth(picture.width);
  if (x <= label + 6 && picture.from.row + at < picture.rowLabels.length) return { side: 'row' as const, place: picture.from.row + at };
  if (x >= picture.width - label - 6 && picture.from.column + at < picture.columnLabels.length) {
    return { side: 'column' as const, place: picture.from.column + at };
  }
  return null;
}

export function drawColumns(canvas: HTMLCanvasElement, picture: LinesPicture): void {
  const { theme, width, height, from, lines } = picture;
  const context = prepare(canvas, width, height);
  context.font = `${theme.fontSize}px ${theme.font}`;
  context.textBaseline = 'middle';
  const label = labelWidth(width);
  const seen = placesIn(height);
  const y = (place: number, first: number) => TOP + (Math.max(-0.9, Math.min(seen - 0.1, place - first)) + 0.5) * LINE_HEIGHT;
  for (const line of [...lines].sort((a, b) => Number(b.faint) - Number(a.faint) || a.weight - b.weight)) {
    if (line.row < from.row || line.row >= from.row + seen) continue;
    // What other queries see outside the window would only pile up at its edge.
    if (line.faint && (line.column < from.column || line.column >= from.column + seen)) continue;
    stroke(context, line, label + 8, y(line.row, from.row), width - label - 8, y(line.column, from.column));
  }
  context.globalAlpha = 1;
  context.fillStyle = theme.muted;
  drawText(context, 'asks (query)', label, 8, 'right');
  drawText(context, 'answers (key)', width - label, 8, 'left');
  drawSide(context, picture, picture.rowLabels, from.row, seen, label, 'right');
  drawSide(context, picture, picture.columnLabels, from.column, seen, width - label, 'left');
  drawBeyond(context, picture, seen, width - label);
}

function stroke(context: CanvasRenderingContext2D, line: Line, x0: number, y0: number, x1: number, y1: number): void {
  const share = Math.min(1, Math.abs(line.weight));
  context.globalAlpha = line.faint ? 0.03 + 0.25 * share : 0.35 + 0.65 * share;
  context.strokeStyle = line.colour;
  context.lineWidth = Math.max(0.6, WIDEST * share);
  context.setLineDash(line.weight < 0 ? [4, 3] : []);
  const bend = (x1 - x0) * 0.4;
  context.beginPath();
  context.moveTo(x0, y0);
  context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
  context.stroke();
}

function drawSide(
  context: CanvasRenderingContext2D,
  picture: LinesPicture,
  labels: readonly string[],
  from: number,
  seen: number,
  x: number,
  align: 'left' | 'right',
): void {
  const { theme, rows, column, width } = picture;
  const measure = (text: string) => context.measureText(text).width;
  for (let place = from; place < Math.min(labels.length, from + seen); place++) {
    const y = TOP + (place - from + 0.5) * LINE_HEIGHT;
    const text = cutMiddle(labels[place]!, labelWidth(width) - 8, measure);
    const chosen = align === 'right' ? rows.has(place) : column === place;
    if (chosen) frame(context, theme, x, y, measure(text), align);
    context.fillStyle = theme.foreground;
    drawText(context, text, x, y, align);
  }
}

function frame(context: CanvasRenderingContext2D, theme: Theme, x: number, y: number, width: number, align: 'left' | 'right'): void {
  context.strokeStyle = align === 'right' ? theme.query : theme.muted;
  context.lineWidth = 1.5;
  context.setLineDash([]);
  context.strokeRect(align === 'right' ? x - width - 3.5 : x - 3.5, y - LINE_HEIGHT / 2 + 1.5, width + 7, LINE_HEIGHT - 3);
}

/** How much of the chosen rows goes to keys above and below those that are seen. */
function drawBeyond(context: CanvasRenderingContext2D, { theme, lines, rows, from, height }: LinesPicture, seen: number, x: number): void {
  const mine = lines.filter((l) => rows.has(l.row) && !l.faint);
  const above = mine.filter((l) => l.column < from.column).reduce((sum, l) => sum + l.weight, 0);
  const below = mine.filter((l) => l.column >= from.column + seen).reduce((sum, l) => sum + l.weight, 0);
  context.fillStyle = theme.query;
  context.font = `${theme.fontSize - 2}px ${theme.font}`;
  if (above > 0) drawText(context, `↑ ${percent(above)}`, x + 96, 8, 'left');
  if (below > 0) drawText(context, `↓ ${percent(below)}`, x, height - 7, 'left');
}

const WORD_GAP = 10;

/** Left edges of the words of a line of text, from place `from` on, as many as fit. */
export function wordEdges(
  labels: readonly string[],
  from: number,
  width: number,
  measure: (text: string) => number,
): { readonly x: number; readonly width: number }[] {
  const edges: { x: number; width: number }[] = [];
  let x = 8;
  for (let place = from; place < labels.length; place++) {
    const w = Math.min(110, measure(labels[place]!));
    if (x + w > width - 8) break;
    edges.push({ x, width: w });
    x += w + WORD_GAP;
  }
  return edges;
}

/** Arcs from query to key over one line of text; the height of an arc is its distance. */
export function drawArcs(
  canvas: HTMLCanvasElement,
  picture: LinesPicture,
  edges: readonly { readonly x: number; readonly width: number }[],
): void {
  const { theme, width, height, from, lines, columnLabels, rows, column } = picture;
  const context = prepare(canvas, width, height);
  context.font = `${theme.fontSize}px ${theme.font}`;
  context.textBaseline = 'middle';
  const base = height - 30;
  const measure = (text: string) => context.measureText(text).width;
  const middle = (place: number) => {
    const edge = edges[place - from.column];
    if (edge) return edge.x + edge.width / 2;
    return place < from.column ? -30 : width + 30;
  };
  const farthest = Math.max(1, ...lines.map((l) => Math.abs(middle(l.row) - middle(l.column))));
  for (const line of [...lines].sort((a, b) => Number(b.faint) - Number(a.faint) || a.weight - b.weight)) {
    const [x0, x1] = [middle(line.row), middle(line.column)];
    if ((x0 < 0 || x0 > width) && (x1 < 0 || x1 > width)) continue;
    arc(context, line, x0, x1, base - 12, ((base - 24) * Math.abs(x1 - x0)) / farthest);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  edges.forEach((edge, i) => {
    const place = from.column + i;
    const text = cutMiddle(columnLabels[place]!, 110, measure);
    if (rows.has(place)) frame(context, theme, edge.x + edge.width, base, edge.width, 'right');
    else if (column === place) frame(context, theme, edge.x, base, edge.width, 'left');
    context.fillStyle = theme.foreground;
    drawText(context, text, edge.x + edge.width / 2, base, 'center');
  });
}

function arc(context: CanvasRenderingContext2D, line: Line, x0: number, x1: number, base: number, height: number): void {
  const share = Math.min(1, Math.abs(line.weight));
  context.globalAlpha = line.faint ? 0.03 + 0.25 * share : 0.35 + 0.65 * share;
  context.strokeStyle = line.colour;
  context.lineWidth = Math.max(0.6, WIDEST * share);
  context.setLineDash(line.weight < 0 ? [4, 3] : []);
  context.beginPath();
  if (x0 === x1) context.ellipse(x0, base - 7, 5, 7, 0, 0, 2 * Math.PI);
  else {
    context.moveTo(x0, base);
    context.bezierCurveTo(x0, base - height * 1.2, x1, base - height * 1.2, x1, base);
  }
  context.stroke();
}
