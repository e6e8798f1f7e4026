/** What the pictures of positions are drawn from: the positions of the chosen head's site, and whose tokens their rows are. */
import type { AddedTable, Positions } from '../../../model/positions/types.ts';
import { namesOf } from '../../image/scene.ts';
import { type Side, sideOf, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import type { Store } from '../../state/store.ts';
import type { Session } from '../../state/types.ts';

export interface Look {
  readonly session: Session;
  readonly shown: Shown;
  readonly positions: Positions;
  /** The table that is looked at, null where none is added. */
  readonly table: AddedTable | null;
}

/** What the rows of a table, or the positions of a rotation, are called, and which of them the selection means. */
export interface Rows {
  readonly label: (row: number) => string;
  /** Row of the selection, null where it means none. */
  readonly chosen: number | null;
  readonly choose: (row: number) => void;
}

/** Rows that are the site's queries, or its keys. */
export function rowsOf(store: Store, { shown }: Look, which: 'query' | 'key'): Rows {
  const side = which === 'query' ? shown.queries : shown.keys;
  return rows(store, side, which);
}

/** Rows of the table that is added. */
export function tableRows(store: Store, look: Look): Rows {
  const { session, shown, table } = look;
  const isTarget = table?.side === 'target';
  const which = isTarget === asksTarget(shown) ? 'query' : isTarget === answersTarget(shown) ? 'key' : null;
  const side = which === null ? null : sideOf(session, shown.site, which === 'query' ? 'queries' : 'keys');
  if (which !== null && side?.count === table?.rows) return rows(store, side!, which);
  const names = session.scene && table ? namesOf(session.scene, table.rows) : null;
  return { label: (row) => names?.[row] ?? String(row), chosen: null, choose: () => undefined };
}

const asksTarget = ({ site: { kind } }: Shown): boolean => kind === 'decoder' || kind === 'cross';
const answersTarget = ({ site: { kind } }: Shown): boolean => kind === 'decoder';

function rows(store: Store, side: Side, which: 'query' | 'key'): Rows {
  return {
    label: (row) => tokenLabel(side, row),
    chosen: store.selection.value[which],
    choose: (row) => select(store, which === 'query' ? { query: row } : { key: row }),
  };
}

/** The rows of the table, or all that are stored, numbered. */
export function everyRow(table: AddedTable, all: boolean) {
  const { stored, columns } = table;
  if (!all || !stored) return { rows: table.rows, columns, data: table.data };
  return { rows: stored.rows, columns, data: stored.data };
}
