/** How positions lie to each other: a map of likeness, and how it changes with the distance. */
import { useMemo } from 'preact/hooks';
import { type Likeness, likenessOf, meanByDistance } from '../../../model/positions/geometry.ts';
import { exact } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { Checkbox, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import { HeatMap } from './heat.tsx';
import { everyRow, type Look, tableRows } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

const WORDS: Readonly<Record<Likeness, string>> = { dot: 'dot product', cosine: 'cosine of the angle', distance: 'distance' };
/** The map costs P²·D. */
const MOST_POSITIONS = 1100;

export function GeometryPicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const table = look.table!;
  const { likeness, everyPosition } = store.view.value;
  const all = everyPosition && canAll(look);
  const matrix = useMemo(() => everyRow(table, all), [table, all]);
  const cells = useMemo(() => likenessOf(matrix, likeness), [matrix, likeness]);
  const fall = useMemo(() => meanByDistance(cells, (_value, row, column) => column >= row), [cells]);
  const rows = tableRows(store, look);
  const label = (row: number) => (all ? String(row) : rows.label(row));
  const other = store.selection.value.key;
  const words = (row: number, column: number) =>
    `${label(row)} and ${label(column)}, ${Math.abs(row - column)} apart: ${WORDS[likeness]} ${exact(cells.data[row * cells.columns + column]!)}`;
  const numbers = (): Numbers => ({
    caption: `${WORDS[likeness]} of two positions`,
    rows: cells.rows,
    columns: cells.columns,
    row: label,
    column: label,
    value: (row, column) => cells.data[row * cells.columns + column]!,
    chosenRow: rows.chosen,
    chosenColumn: null,
  });
  const points = fall.distances.map((x, i) => ({ x, y: fall.means[i]! }));
  return (
    <>
      <GeometryTools look={look} />
      <Numbered numbers={numbers}>
        <HeatMap
          label={`${WORDS[likeness]} of every two of ${cells.rows} positions`}
          cells={cells}
          signed={likeness !== 'distance'}
          what={WORDS[likeness]}
          columns="position"
          rowLabel={label}
          columnLabel={String}
          row={all ? null : rows.chosen}
          column={!all && other !== null && other < cells.columns ? other : null}
          onPick={(row) => !all && rows.choose(row)}
          words={words}
          square
        />
        <h3>Mean {WORDS[likeness]} by distance</h3>
        <LinesChart
          label={`Mean ${WORDS[likeness]} of positions by their distance: ${sample(points)}`}
          x="distance in positions"
          y={WORDS[likeness]}
          series={[{ name: WORDS[likeness], points, colour: theme.value.foreground, dots: points.length > 60 ? 0 : 2 }]}
          words={(_, { x, y }) => `${x} apart: ${exact(y)}`}
        />
      </Numbered>
    </>
  );
}

const sample = (points: readonly { x: number; y: number }[]): string =>
  [points[0], points[1], points[points.length >> 1], points.at(-1)]
    .flatMap((p) => (p ? [`${p.x} apart ${p.y.toPrecision(3)}`] : []))
    .join(', ');

export const canAll = ({ table }: Look): boolean =>
  !!table?.stored && table.stored.rows > table.rows && table.stored.rows <= MOST_POSITIONS;

function GeometryTools({ look }: { look: Look }) {
  const { store } = usePanel();
  const { likeness } = store.view.value;
  return (
    <div class="row-tools">
      <Dropdown
        label="What is compared"
        value={likeness}
        choices={(Object.keys(WORDS) as Likeness[]).map((value) => ({ value, label: WORDS[value] }))}
        onChoose={(likeness) => setView(store, { likeness })}
      />
      <EveryPosition look={look} />
    </div>
  );
}

/** Whether all stored positions are shown, or those of the text. */
export function EveryPosition({ look }: { look: Look }) {
  const { store } = usePanel();
  if (!canAll(look)) return null;
  return (
    <Checkbox
      label={`all ${look.table!.stored!.rows} stored positions`}
      checked={store.view.value.everyPosition}
      onChange={(everyPosition) => setView(store, { everyPosition })}
    />
  );
}
