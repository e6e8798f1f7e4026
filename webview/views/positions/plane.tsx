/** The positions in the plane in which they spread most. */
import { useMemo } from 'preact/hooks';
import { principalComponents } from '../../../model/positions/pca.ts';
import { exact } from '../../draw/numbers.ts';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import { canAll, EveryPosition } from './geometry.tsx';
import { everyRow, type Look, tableRows } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

export function PlanePicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const all = store.view.value.everyPosition && canAll(look);
  const components = useMemo(() => principalComponents(everyRow(look.table!, all)), [look.table, all]);
  const rows = tableRows(store, look);
  if (!components) return <p class="note">It takes three different positions to span a plane.</p>;
  const { places, explained } = components;
  const [first, second] = explained.map((share) => `${(100 * share).toFixed(1)} %`);
  const points = Array.from({ length: places.length / 2 }, (_, i) => ({ x: places[2 * i]!, y: places[2 * i + 1]!, at: i }));
  const label = (row: number) => (all ? `position ${row}` : `${rows.label(row)} (position ${row})`);
  const chosen = all || rows.chosen === null ? undefined : points[rows.chosen];
  const said = `Principal components of the positions; the two explain ${first} and ${second} of the variance`;
  const numbers = (): Numbers => ({
    caption: said,
    rows: points.length,
    columns: 2,
    row: label,
    column: (column) => `component ${column + 1} (${column === 0 ? first : second})`,
    value: (row, column) => places[2 * row + column]!,
    chosenRow: all ? null : rows.chosen,
    chosenColumn: null,
  });
  return (
    <>
      <div class="row-tools">
        <EveryPosition look={look} />
      </div>
      <Numbered numbers={numbers}>
        <LinesChart
          tall
          fine
          label={said}
          x={`component 1, ${first} of the variance`}
          y={`component 2, ${second} of the variance`}
          series={[
            { name: 'positions in order', points, colour: theme.value.foreground, width: 0.75, dots: points.length > 200 ? 1.5 : 3 },
            ...(chosen ? [{ name: 'query', points: [chosen], colour: theme.value.query, dots: 6, line: false }] : []),
            { name: 'first position', points: points.slice(0, 1), colour: theme.value.focus, dots: 5, line: false },
          ]}
          words={(_, point) => `${label((point as (typeof points)[number]).at)}: ${exact(point.x)}, ${exact(point.y)}`}
          onPick={(x) => {
            const at = points.findIndex((point) => point.x === x);
            if (!all && at >= 0) rows.choose(at);
          }}
        />
        <p class="note">
          The line joins neighbours; the ring in the colour of focus is the first position. The plane holds {first} + {second} of the
          variance, the rest lies outside it.
        </p>
      </Numbered>
    </>
  );
}
