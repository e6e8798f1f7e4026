/** Painting q, k, q∘k and the columns from score to weight. Only the keys in the window are drawn. */
import type { HeadVectors } from '../../../model/protocol/engine.ts';
import { cssAt } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import { colourIndex } from '../../draw/cells.ts';
import { cutMiddle, drawText } from '../../draw/labels.ts';
import { short, weightWords } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';
import { type KeySum, products } from './sums.ts';

export const ROW = 19;
export const HEAD = 62;
/** Width of a column of numbers: where there is room, and where there is little. */
const NUMBER = [56, 49] as const;
/** Below this width of the view there is little. */
const NARROW = 420;

/** A column of numbers, with its heading. */
export interface Column {
  readonly title: string;
  readonly of: (sum: KeySum) => number | null;
}

export interface NeuronsLayout {
  readonly label: number;
  /** Left edges and width of the two strips; k is left out where there is little room. */
  readonly strips: readonly { readonly what: 'k' | 'qk'; readonly x: number }[];
  readonly strip: number;
  readonly numbers: number;
  /** Width of a column of numbers. */
  readonly number: number;
}

/** Places of labels, strips and numbers in a width. */
export function layoutOf(width: number, columns: number): NeuronsLayout {
  const label = Math.min(110, width * 0.16);
  const number = NUMBER[width < NARROW ? 1 : 0];
  const room = width - label - 12 - columns * number;
  const two = room >= 170;
  const strip = Math.max(40, two ? (room - 24) / 2 : room - 12);
  const strips = two
    ? [
        { what: 'k' as const, x: label + 10 },
        { what: 'qk' as const, x: label + 22 + strip },
      ]
    : [{ what: 'qk' as const, x: label + 10 }];
  return { label, strips, strip, numbers: width - columns * number, number };
}

/** A strip of this width has room for its name in words. */
const WORDY = 110;

export interface NeuronsPicture {
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly vectors: HeadVectors;
  readonly query: number;
  readonly queryLabel: string;
  readonly keyLabels: (key: number) => string;
  /** Dimensions from left to right. */
  readonly order: readonly number[];
  /** Scroll offset in pixels. */
  readonly scroll: number;
  readonly keys: number;
  readonly sum: (key: number) => KeySum;
  readonly columns: readonly Column[];
  readonly chosen: number | null;
  /** Largest |q|, |k| and |q∘k|, for the colours. */
  readonly tops: { readonly q: number; readonly k: number; readonly qk: number };
}

export function drawNeurons(canvas: HTMLCanvasElement, picture: NeuronsPicture): void {
  const { theme, width, height, scroll, keys } = picture;
  const context = prepare(canvas, width, height);
  const layout = layoutOf(width, picture.columns.length);
  context.textBaseline = 'middle';
  const first = Math.floor(scroll / ROW);
  const last = Math.min(keys, Math.ceil((scroll + height - HEAD) / ROW));
  context.save();
  context.beginPath();
  context.rect(0, HEAD, width, height - HEAD);
  context.clip();
  for (let key = first; key < last; key++) drawKey(context, picture, layout, key, HEAD + key * ROW - scroll);
  context.restore();
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, HEAD);
  drawHeading(context, picture, layout);
}

function font(context: CanvasRenderingContext2D, theme: Theme, smaller = 0): void {
  context.font = `${theme.fontSize - smaller}px ${theme.font}`;
}

/** Titles and the query's own vector, which stays in place while keys scroll. */
function drawHeading(context: CanvasRenderingContext2D, picture: NeuronsPicture, layout: NeuronsLayout): void {
  const { theme, vectors, query, columns } = picture;
  font(context, theme, 2);
  context.fillStyle = theme.muted;
  for (const { what, x } of layout.strips)
    drawText(context, what === 'k' ? 'k (key)' : layout.strip < WORDY ? 'q∘k' : 'q∘k (each product)', x, 52, 'left');
  columns.forEach((column, i) => {
    drawText(context, column.title, layout.numbers + (i + 1) * layout.number - 4, 52, 'right');
  });
  const at = layout.strips[0]!.x;
  drawText(context, 'q (query)', at, 8, 'left');
  font(context, theme);
  context.fillStyle = theme.foreground;
  drawText(
    context,
    cutMiddle(picture.queryLabel, layout.label - 6, (t) => context.measureText(t).width),
    layout.label,
    26,
    'right',
  );
  drawStrip(context, picture, at, 18, layout.strip, (d) => vectors.q[query * vectors.headDim + d]!, picture.tops.q);
  context.fillStyle = theme.border;
  context.fillRect(0, HEAD - 2, picture.width, 1);
}

function drawKey(context: CanvasRenderingContext2D, picture: NeuronsPicture, layout: NeuronsLayout, key: number, y: number): void {
  const { theme, vectors, columns } = picture;
  font(context, theme);
  context.fillStyle = theme.foreground;
  drawText(
    context,
    cutMiddle(picture.keyLabels(key), layout.label - 6, (t) => context.measureText(t).width),
    layout.label,
    y + ROW / 2,
    'right',
  );
  const qk = products(vectors, picture.query, key);
  for (const { what, x } of layout.strips) {
    const value = what === 'k' ? (d: number) => vectors.k[key * vectors.headDim + d]! : (d: number) => qk[d]!;
    drawStrip(context, picture, x, y + 2, layout.strip, value, picture.tops[what]);
  }
  const sum = picture.sum(key);
  font(context, theme, 1);
  columns.forEach((column, i) => {
    const value = column.of(sum);
    context.fillStyle = theme.foreground;
    drawText(
      context,
      value === null ? '–' : numberWords(value, column.title),
      layout.numbers + (i + 1) * layout.number - 4,
      y + ROW / 2,
      'right',
    );
  });
  if (picture.chosen !== key) return;
  context.strokeStyle = theme.muted;
  context.strokeRect(0.5, y + 0.5, picture.width - 1, ROW - 1);
}

function numberWords(value: number, title: string): string {
  if (title === 'weight') return weightWords(value);
  return value < -1e30 || value === Number.NEGATIVE_INFINITY ? '−∞' : short(value).replace('-', '−');
}

function drawStrip(
  context: CanvasRenderingContext2D,
  { theme, order }: NeuronsPicture,
  x: number,
  y: number,
  width: number,
  value: (d: number) => number,
  top: number,
): void {
  const cell = width / order.length;
  order.forEach((d, i) => {
    context.fillStyle = cssAt(theme.diverging, colourIndex(value(d), top, 'linear', true));
    context.fillRect(x + i * cell, y, Math.max(1, cell - (cell > 5 ? 1 : 0)), ROW - 4);
  });
}

/** Key and dimension under a point. */
export function spotAt(
  picture: Pick<NeuronsPicture, 'width' | 'columns' | 'order' | 'scroll' | 'keys'>,
  x: number,
  y: number,
): { key: number | null; dimension: number | null } {
  const layout = layoutOf(picture.width, picture.columns.length);
  const strip = layout.strips.find((s) => x >= s.x && x < s.x + layout.strip);
  const dimension = strip ? (picture.order[Math.floor(((x - strip.x) / layout.strip) * picture.order.length)] ?? null) : null;
  const key = y < HEAD ? null : Math.floor((y - HEAD + picture.scroll) / ROW);
  return { key: key !== null && key < picture.keys ? key : null, dimension };
}
