/** The positions of all patches at once: a map for each, where it lies in the picture, as in figure 7 of the ViT paper. */
import { useMemo } from 'preact/hooks';
import { likenessOf } from '../../../model/positions/geometry.ts';
import type { Cells } from '../../draw/cells.ts';
import { exact } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import { setView } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import { fitsGrid } from './grid.tsx';
import { HeatMap } from './heat.tsx';
import { type Look, tableRows } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

export function AllPatchesPicture({ look }: { look: Look }) {
  const { store } = usePanel();
  const table = look.table!;
  const { grid, firstPatch } = look.session.scene!.tokens;
  const { rows: R, columns: C } = grid;
  const likeness = useMemo(() => likenessOf(table, 'cosine').data, [table]);
  const at = (from: number, to: number) => likeness[(firstPatch + from) * table.rows + firstPatch + to]!;
  const cells = useMemo(() => mosaic(R, C, at), [likeness, R, C, firstPatch]);
  const chosen = (tableRows(store, look).chosen ?? firstPatch) - firstPatch;
  const isPatch = chosen >= 0 && chosen < R * C;
  const pick = (row: number, column: number) => select(store, { query: firstPatch + row * C + column });
  const open = (row: number, column: number) => {
    pick(row, column);
    setView(store, { positions: 'grid' });
  };
  const words = (row: number, column: number) => {
    const patch = row * C + column;
    const others = Array.from({ length: R * C }, (_, to) => at(patch, to)).filter((_, to) => to !== patch);
    return `${placeOf(patch, C)}: cosine with the others from ${exact(Math.min(...others))} to ${exact(Math.max(...others))}`;
  };
  const shown = isPatch ? chosen : 0;
  const numbers = (): Numbers => ({
    caption: `Cosine of the position of ${placeOf(shown, C)} with every patch’s`,
    ...{ rows: R, columns: C, chosenRow: Math.floor(shown / C), chosenColumn: shown % C },
    row: (row) => `row ${row + 1}`,
    column: (column) => `column ${column + 1}`,
    value: (row, column) => at(shown, row * C + column),
  });
  return (
    <Numbered numbers={numbers}>
      <HeatMap
        label={`How like the position of each patch is to that of every other: ${R} by ${C} maps of ${R} by ${C}`}
        cells={cells}
        signed
        what="cosine of two positions"
        columns="column"
        rowLabel={(row) => `row ${row + 1}`}
        columnLabel={(column) => String(column + 1)}
        row={isPatch ? Math.floor(chosen / C) : null}
        column={isPatch ? chosen % C : null}
        onPick={pick}
        onOpen={open}
        words={words}
        tile={{ rows: R + 1, columns: C + 1 }}
        square
        spot
      />
      <p class="note">Each small map belongs to the patch that lies there. A click, or Enter, shows it alone.</p>
    </Numbered>
  );
}

const placeOf = (patch: number, columns: number): string => `row ${Math.floor(patch / columns) + 1}, column ${(patch % columns) + 1}`;

/** R × C maps of R × C, a free row and column behind each. */
function mosaic(R: number, C: number, at: (from: number, to: number) => number): Cells {
  const [rows, columns] = [R * (R + 1), C * (C + 1)];
  const data = new Float32Array(rows * columns).fill(Number.NaN);
  for (let from = 0; from < R * C; from++) {
    const [top, left] = [Math.floor(from / C) * (R + 1), (from % C) * (C + 1)];
    for (let to = 0; to < R * C; to++) data[(top + Math.floor(to / C)) * columns + left + (to % C)] = at(from, to);
  }
  return { rows, columns, data };
}

/** Longest side of a grid whose maps can still be told apart. */
const MOST_SIDE = 32;

export const fitsMosaic = (look: Look): boolean =>
  fitsGrid(look) && Math.max(look.session.scene!.tokens.grid.rows, look.session.scene!.tokens.grid.columns) <= MOST_SIDE;
