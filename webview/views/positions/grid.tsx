/** Positions of a picture: how like the position of one patch is to those of all others, over the grid. */
import { useMemo } from 'preact/hooks';
import { likenessOf } from '../../../model/positions/geometry.ts';
import { exact } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import { usePanel } from '../context.ts';
import { HeatMap } from './heat.tsx';
import { type Look, tableRows } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

export function GridPicture({ look }: { look: Look }) {
  const { store } = usePanel();
  const table = look.table!;
  const { grid, firstPatch } = look.session.scene!.tokens;
  const { rows: R, columns: C } = grid;
  const likeness = useMemo(() => likenessOf(table, 'cosine'), [table]);
  const names = tableRows(store, look);
  const query = names.chosen ?? firstPatch;
  const cells = useMemo(
    () => ({ rows: R, columns: C, data: likeness.data.slice(query * table.rows + firstPatch, query * table.rows + firstPatch + R * C) }),
    [likeness, query, R, C, firstPatch, table.rows],
  );
  const at = query - firstPatch;
  const isPatch = at >= 0 && at < R * C;
  const words = (row: number, column: number) =>
    `${names.label(query)} and row ${row + 1}, column ${column + 1}: cosine ${exact(cells.data[row * C + column]!)}`;
  const pick = (row: number, column: number) => select(store, { query: firstPatch + row * C + column });
  const numbers = (): Numbers => ({
    caption: `Cosine of the position of ${names.label(query)} with every patch's`,
    ...{ rows: R, columns: C, chosenRow: isPatch ? Math.floor(at / C) : null, chosenColumn: isPatch ? at % C : null },
    row: (row) => `row ${row + 1}`,
    column: (column) => `column ${column + 1}`,
    value: (row, column) => cells.data[row * C + column]!,
  });
  return (
    <Numbered numbers={numbers}>
      <HeatMap
        label={`How like the position of ${names.label(query)} is to that of every patch, ${R} rows by ${C} columns`}
        cells={cells}
        signed
        what="cosine of two positions"
        columns="column"
        rowLabel={(row) => `row ${row + 1}`}
        columnLabel={(column) => String(column + 1)}
        row={isPatch ? Math.floor(at / C) : null}
        column={isPatch ? at % C : null}
        onPick={pick}
        words={words}
        square
        spot
      />
      <p class="note">
        Click a patch, or walk with the arrow keys: the position of {names.label(query)} against all others, as in figure 7 of Dosovitskiy
        et al. 2021.
      </p>
    </Numbered>
  );
}

/** The table has a row for every patch. */
export const fitsGrid = ({ session: { scene }, table }: Look): boolean => !!scene && !!table && scene.tokens.tokens.length === table.rows;
