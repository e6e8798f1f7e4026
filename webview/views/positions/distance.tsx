/** The effect of distance on a head, content aside: the mean weight, or score, of all pairs that are equally far apart. */
import { useMemo } from 'preact/hooks';
import { meanByDistance } from '../../../model/positions/geometry.ts';
import { headColours } from '../../colour/scales.ts';
import { exact, headName, short } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { type HeadRef, headKey } from '../../state/types.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import type { Look } from './look.ts';
import { linesAsNumbers, Numbered } from './numbers.tsx';

export function DistancePicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const { distanceOf } = store.view.value;
  const { heads, site } = look.shown;
  const can = site.qk;
  const what = can ? distanceOf : 'weight';
  const lines = useLines(look, what);
  const colours = headColours(theme.value.kind);
  const xs = lines[0]?.fall.distances ?? [];
  const colour = (i: number) => (heads.length > 1 ? colours[i]! : theme.value.foreground);
  const one = lines[0]?.fall;
  return (
    <>
      <div class="row-tools">
        {can && (
          <Dropdown
            label="What is averaged"
            value={distanceOf}
            choices={[
              { value: 'weight', label: 'mean weight' },
              { value: 'score', label: 'mean score' },
            ]}
            onChoose={(distanceOf) => setView(store, { distanceOf })}
          />
        )}
      </div>
      {lines.length === 0 ? (
        <p class="note">The scores of this head are on their way, or cannot be had.</p>
      ) : (
        <Numbered
          numbers={() =>
            linesAsNumbers(
              `Mean ${what} by key − query`,
              xs,
              lines.map(({ head }) => headName(head.layer, head.head)),
              (row, line) => lines[line]!.fall.means[row]!,
            )
          }
        >
          <LinesChart
            tall
            label={`Mean ${what} by distance, ${headName(heads[0]!.layer, heads[0]!.head)}: ${peak(one!, what)}`}
            x="key − query, in positions"
            y={`mean ${what}`}
            series={lines.map(({ head, fall }, i) => ({
              name: headName(head.layer, head.head),
              points: fall.distances.map((x, at) => ({ x, y: fall.means[at]! })),
              colour: colour(i),
              dots: xs.length > 60 ? 0 : 2.5,
            }))}
            words={({ name }, { x, y }) => `${name}, ${x}: ${exact(y)}, mean of ${one!.counts[one!.distances.indexOf(x)] ?? 0} pairs`}
          />
          <p class="note">{peak(one!, what)}. Every pair that the mask lets see counts once; far distances are means of few pairs.</p>
        </Numbered>
      )}
    </>
  );
}

type Fall = ReturnType<typeof meanByDistance>;

function peak({ distances, means, counts }: Fall, what: string): string {
  const at = means.reduce((best, mean, i) => (mean > means[best]! ? i : best), 0);
  return `The largest mean ${what}, ${short(means[at]!)} (${counts[at]} pairs), is at distance ${distances[at]}`;
}

function useLines(look: Look, what: 'weight' | 'score'): { readonly head: HeadRef; readonly fall: Fall }[] {
  const { maps } = usePanel();
  const { shown } = look;
  const { causal, window } = shown.site;
  const [rows, columns] = [shown.queries.count, shown.keys.count];
  const shift = columns - rows;
  const isSeen = (row: number, column: number) =>
    !(causal && (column > row + shift || column <= row + shift - (window ?? Number.POSITIVE_INFINITY)));
  const maps2 = shown.heads.map((head, i) => {
    const scores = what === 'score' ? maps.value?.scores(head).value : null;
    const data = what === 'weight' ? shown.each[i]! : scores?.state === 'ready' ? scores.value.scores : null;
    return { head, data };
  });
  const key = maps2.map(({ head, data }) => `${headKey(head)} ${data?.length ?? 0}`).join();
  return useMemo(
    () =>
      maps2.flatMap(({ head, data }) =>
        data && data.length === rows * columns
          ? [
              {
                head,
                fall: meanByDistance(
                  { rows, columns, data },
                  (value, row, column) => isSeen(row, column) && Number.isFinite(value) && value > -1e4,
                ),
              },
            ]
          : [],
      ),
    [key, what, shown],
  );
}
