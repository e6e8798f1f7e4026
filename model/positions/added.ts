/** Names a table that is added to the embeddings: learned, sinusoidal, of a grid, or only what it is. */
import { gridSinusoidFormula, recogniseGridSinusoid } from './grid-sinusoidal.ts';
import type { Matrix } from './matrix.ts';
import { recogniseSinusoid, sinusoidFormula, sinusoidWords } from './sinusoidal.ts';
import type { AddedTable, Side } from './types.ts';

/** What the graph tells of a table. */
export interface AddedOrigin {
  readonly where: string;
  readonly side: Side;
  /** Whether it is added to what comes from pixels. */
  readonly picture: boolean;
  /** Whether the graph stretches it to another grid. */
  readonly interpolated: boolean;
  /** The stored tensor of as many columns that it is taken from; null where it is computed. */
  readonly stored: Matrix | null;
}

/** The table by name; null where all rows are the same: then it says nothing of positions. A single row is judged by the table that it is taken from. */
export function nameAdded(table: Matrix, origin: AddedOrigin): AddedTable | null {
  const { where, side, stored, interpolated } = origin;
  if (isConstant(table.rows === 1 && stored ? stored : table)) return null;
  const at = stored && { rows: stored.rows, first: firstRow(table, stored), data: stored.data };
  const note =
    interpolated && !(at && at.rows === table.rows && at.first === 0)
      ? 'The table was interpolated (resized) to the grid of this picture.'
      : null;
  return { ...nameOf(table, origin), where, side, ...table, stored: at, note };
}

function nameOf(table: Matrix, { picture, stored }: AddedOrigin): Pick<AddedTable, 'scheme' | 'words' | 'formula'> {
  const { rows, columns } = table;
  const many = rows > 1 ? table : stored;
  const sinusoid = many && many.rows > 1 ? recogniseSinusoid(many) : null;
  if (sinusoid) return { scheme: 'sinusoidal', words: sinusoidWords(sinusoid), formula: sinusoidFormula(sinusoid) };
  if (picture && recogniseGridSinusoid(table) !== null) {
    return { scheme: 'grid-sinusoidal', words: 'sinusoidal, 2-D grid', formula: gridSinusoidFormula(columns) };
  }
  if (picture && stored)
    return {
      scheme: 'grid',
      words: 'learned, 2-D grid',
      formula: [`x = patch + E[place], E of ${stored.rows} × ${columns} learned numbers`],
    };
  if (stored)
    return {
      scheme: 'learned',
      words: 'learned',
      formula: [`x = E_token + E_pos[pos], E_pos of ${stored.rows} × ${columns} learned numbers`],
    };
  return {
    scheme: 'added',
    words: `added to the embedding: table [${rows}, ${columns}]`,
    formula: [`x = E_token + P, P of ${rows} × ${columns} numbers`],
  };
}

function isConstant({ rows, columns, data }: Matrix): boolean {
  for (let i = columns; i < rows * columns; i++) if (data[i] !== data[i % columns]) return false;
  return true;
}

/** Which stored row the first position takes; null where none is equal (an interpolated table, a sum). */
function firstRow(table: Matrix, stored: Matrix): number | null {
  const { columns } = table;
  for (let row = 0; row < stored.rows; row++) {
    let same = true;
    for (let i = 0; i < columns && same; i++) same = stored.data[row * columns + i] === table.data[i];
    if (same) return row;
  }
  return null;
}
