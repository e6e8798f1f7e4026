/** How the map on screen is painted: for the canvas, the legend and the exports alike. */
import type { Scale } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import type { Paint } from '../../draw/cells.ts';
import { type Shown, seenEnds, unseen } from '../../state/shown.ts';
import type { ViewOptions } from '../../state/types.ts';
import { paintOf } from '../heads/draw.ts';

export interface MapPaint {
  readonly paint: Paint;
  /** The same key, the same colours. */
  readonly key: readonly unknown[];
  /** What the last colour stands for; null when each row has its own. */
  readonly top: number | null;
  readonly signed: boolean;
  readonly scale: Scale;
}

/** Flow is computed for one query: the rows of the others are no zeros, they are not there. */
function oneRow({ cells: { data, rows, columns } }: Shown): (row: number) => number {
  const has = Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns).some((weight) => weight !== 0));
  return (row) => (has[row] ? columns : 0);
}

export function mapPaint(shown: Shown, theme: Theme, { scale, range, threshold }: ViewOptions): MapPaint {
  const signed = shown.against !== null;
  const paint = paintOf(shown.cells, theme, scale, signed ? 'head' : range);
  const ends = shown.over === 'flow' ? oneRow(shown) : seenEnds(shown);
  const masked = ends ? undefined : unseen(shown);
  const small = (row: number, column: number) => Math.abs(shown.cells.data[row * shown.cells.columns + column]!) < threshold;
  const empty = threshold > 0 ? (row: number, column: number) => masked?.(row, column) || small(row, column) : masked;
  const seen = ends ? { ...paint, ends } : paint;
  const coloured = signed ? { ...seen, colours: theme.diverging, signed } : seen;
  const top = range === 'row' && !signed ? null : paint.top(0);
  return { paint: empty ? { ...coloured, empty } : coloured, key: [scale, range, threshold, signed, shown.columns], top, signed, scale };
}
