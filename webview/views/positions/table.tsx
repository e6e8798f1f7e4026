/** The table that is added to the embeddings: position × dimension, and the curve of a dimension over the positions. */
import { useMemo } from 'preact/hooks';
import { exact, short } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import { HeatMap } from './heat.tsx';
import { type Look, tableRows } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

export function TablePicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const table = look.table!;
  const { rows: P, columns: D, data } = table;
  const rows = tableRows(store, look);
  const dimension = Math.min(store.view.value.dimension, D - 1);
  const words = (row: number, column: number) =>
    `${rows.label(row)}, position ${row}, dimension ${column}: ${exact(data[row * D + column]!)}`;
  const cells = useMemo(() => ({ data, rows: P, columns: D }), [data, P, D]);
  const curve = Array.from({ length: P }, (_, x) => ({ x, y: data[x * D + dimension]! }));
  const numbers = (): Numbers => ({
    caption: `${table.words}: rows are positions, columns dimensions`,
    rows: P,
    columns: D,
    row: (row) => `${row} ${rows.label(row)}`,
    column: String,
    value: (row, column) => data[row * D + column]!,
    chosenRow: rows.chosen,
    chosenColumn: dimension,
  });
  return (
    <Numbered numbers={numbers}>
      <HeatMap
        label={`Positions of the model, ${P} positions by ${D} dimensions, ${table.words}`}
        cells={cells}
        signed
        what="value in the table"
        columns="dimension"
        rowLabel={rows.label}
        row={rows.chosen}
        column={dimension}
        onPick={(row, column) => {
          rows.choose(row);
          setView(store, { dimension: column });
        }}
        words={words}
      />
      <h3>Dimension {dimension} over the positions</h3>
      <LinesChart
        label={`Dimension ${dimension} over ${P} positions: from ${short(curve[0]!.y)} to ${short(curve.at(-1)!.y)}`}
        x="position"
        y="value"
        series={[
          { name: `dimension ${dimension}`, points: curve, colour: theme.value.foreground, dots: P > 80 ? 0 : 2 },
          ...(rows.chosen === null
            ? []
            : [{ name: 'query', points: [curve[rows.chosen]!], colour: theme.value.query, dots: 5, line: false }]),
        ]}
        words={(_, { x, y }) => `${rows.label(x)} (position ${x}): ${exact(y)}`}
        onPick={(x) => rows.choose(x)}
      />
    </Numbered>
  );
}
