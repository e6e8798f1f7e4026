/** Two maps over one pair of axes: tokens that both have share a row or column, the others have their own. Pure. */
import { align, type Pair } from '../../model/text/diff.ts';
import type { Cells } from '../draw/cells.ts';
import { type Axis, axisOf, type Side, sideOf } from './axis.ts';
import { isPlain, regroup } from './shape.ts';
import { unseen } from './shown.ts';
import { type HeadRef, type Session, type Site, siteKey, type ViewOptions } from './types.ts';

/** One head's map over its own axes. */
export interface HeadMap {
  readonly session: Session;
  readonly ref: HeadRef;
  readonly site: Site;
  readonly queries: Side;
  readonly keys: Side;
  readonly rows: Axis;
  readonly columns: Axis;
  readonly weights: Float32Array;
  readonly cells: Cells;
}

export interface SideBySide {
  readonly maps: readonly [HeadMap, HeadMap];
  readonly rows: readonly Pair[];
  readonly columns: readonly Pair[];
  /** Tokens of the first alone begin with `−`, of the second alone with `+`. */
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Both maps and second − first, over all rows and columns; 0 where a map has no such row or column. */
  readonly cells: readonly [Cells, Cells];
  readonly difference: Cells;
  /** Whether the first or second map has no such cell, or its query cannot see the key. */
  readonly missing: readonly [Missing, Missing];
}

type Missing = (row: number, column: number) => boolean;

export function headMap(session: Session, ref: HeadRef, weights: Float32Array, view: Pick<ViewOptions, 'specials' | 'grouping'>): HeadMap {
  const site = session.sites.get(siteKey(ref))!;
  const [queries, keys] = [sideOf(session, site, 'queries'), sideOf(session, site, 'keys')];
  const [rows, columns] = [axisOf(queries, view), axisOf(keys, view)];
  const plain = isPlain(rows) && isPlain(columns);
  const cells = plain ? { data: weights, rows: queries.count, columns: keys.count } : regroup(weights, keys.count, rows, columns).cells;
  return { session, ref, site, queries, keys, rows, columns, weights, cells };
}

export function sideBySide(first: HeadMap, second: HeadMap): SideBySide {
  const rows = align(first.rows.labels, second.rows.labels);
  const columns = align(first.columns.labels, second.columns.labels);
  const cells = [spread(first.cells, rows, columns, 'first'), spread(second.cells, rows, columns, 'second')] as const;
  const difference = cells[1].data.map((b, i) => b - cells[0].data[i]!);
  return {
    maps: [first, second],
    rows,
    columns,
    rowLabels: labelsOf(rows, first.rows, second.rows),
    columnLabels: labelsOf(columns, first.columns, second.columns),
    cells,
    difference: { ...cells[0], data: difference },
    missing: [missingOf(first, rows, columns, 'first'), missingOf(second, rows, columns, 'second')],
  };
}

const labelsOf = (pairs: readonly Pair[], first: Axis, second: Axis): string[] =>
  pairs.map((p) =>
    p.second === null ? `−${first.labels[p.first!]}` : p.first === null ? `+${second.labels[p.second]}` : second.labels[p.second]!,
  );

/** A map's cells at their places of the common axes. */
function spread({ data, columns: width }: Cells, rows: readonly Pair[], columns: readonly Pair[], which: keyof Pair): Cells {
  const wide = new Float32Array(rows.length * columns.length);
  rows.forEach((row, r) => {
    const from = row[which];
    if (from === null) return;
    columns.forEach((column, c) => {
      const at = column[which];
      if (at !== null) wide[r * columns.length + c] = data[from * width + at]!;
    });
  });
  return { data: wide, rows: rows.length, columns: columns.length };
}

function missingOf(map: HeadMap, rows: readonly Pair[], columns: readonly Pair[], which: keyof Pair): Missing {
  const masked = unseen(map);
  return (row, column) => {
    const [r, c] = [rows[row]![which], columns[column]![which]];
    return r === null || c === null || (masked?.(r, c) ?? false);
  };
}

export interface Amount {
  /** Rows that both have. */
  readonly rows: number;
  /** Mean over these rows of ½ · Σ |second − first|: the share of a row that moved to other keys, 0 to 1. NaN without such rows. */
  readonly moved: number;
  /** The cell of largest |difference|, or null. */
  readonly largest: { readonly row: number; readonly column: number } | null;
}

/** How much two maps differ. Formula: total variation distance of the rows, mean over the rows that both have. */
export function amountOf({ rows, difference }: Pick<SideBySide, 'rows' | 'difference'>): Amount {
  let [count, sum, most] = [0, 0, 0];
  let largest: Amount['largest'] = null;
  rows.forEach((pair, row) => {
    if (pair.first === null || pair.second === null) return;
    count++;
    for (let column = 0; column < difference.columns; column++) {
      const size = Math.abs(difference.data[row * difference.columns + column]!);
      sum += size;
      if (size > most) [most, largest] = [size, { row, column }];
    }
  });
  return { rows: count, moved: count === 0 ? Number.NaN : sum / 2 / count, largest };
}
