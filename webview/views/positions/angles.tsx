/** Rotary positions: by how much each pair of columns of q and k is turned at each position. */
import { useMemo } from 'preact/hooks';
import type { Rotation } from '../../../model/positions/types.ts';
import { exact, short } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import { HeatMap } from './heat.tsx';
import { type Look, rowsOf } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

/** Tokens after which a pair has gone round once. */
export const wavelength = ({ frequencies }: Rotation, pair: number): number => (2 * Math.PI) / Math.abs(frequencies[pair]!);

export function AnglesPicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const rotation = look.positions.rotation!;
  const { rows: T, pairs, angles } = rotation;
  const rows = rowsOf(store, look, 'query');
  const pair = Math.min(store.view.value.pair, pairs - 1);
  const cells = useMemo(() => ({ data: angles.map(Math.cos), rows: T, columns: pairs }), [angles, T, pairs]);
  const turns = rotation.frequencies.length > 0 ? ` · once round in ${short(wavelength(rotation, pair))} positions` : '';
  const words = (row: number, column: number) =>
    `${rows.label(row)}, position ${row + rotation.first}, pair ${column}: turned by ${exact(angles[row * pairs + column]!)} rad, cosine ${exact(cells.data[row * pairs + column]!)}`;
  const numbers = (): Numbers => ({
    caption: 'Angles in radians: rows are positions, columns pairs of dimensions',
    rows: T,
    columns: pairs,
    row: (row) => `${row + rotation.first} ${rows.label(row)}`,
    column: (column) => `pair ${column}`,
    value: (row, column) => angles[row * pairs + column]!,
    chosenRow: rows.chosen,
    chosenColumn: pair,
  });
  const curve = Array.from({ length: T }, (_, row) => ({ x: row + rotation.first, y: cells.data[row * pairs + pair]! }));
  return (
    <Numbered numbers={numbers}>
      <HeatMap
        label={`Rotation of ${pairs} pairs at ${T} positions, cosine of the angle`}
        cells={cells}
        signed
        what="cosine of the angle"
        columns="pair"
        rowLabel={rows.label}
        row={rows.chosen}
        column={pair}
        onPick={(row, column) => {
          rows.choose(row);
          setView(store, { pair: column });
        }}
        words={words}
      />
      <h3>
        Pair {pair}
        {turns}
      </h3>
      <LinesChart
        label={`Cosine of the angle of pair ${pair} over ${T} positions`}
        x="position"
        y="cosine"
        series={[{ name: `pair ${pair}`, points: curve, colour: theme.value.foreground, dots: T > 80 ? 0 : 2 }]}
        words={(_, { x, y }) => `${rows.label(x - rotation.first)} (position ${x}): ${exact(y)}`}
        onPick={(x) => rows.choose(x - rotation.first)}
      />
    </Numbered>
  );
}
