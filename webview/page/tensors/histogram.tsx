/** How often which values stand in a tensor: 64 equal bins from the least to the greatest. */
import { useMemo, useState } from 'preact/hooks';
import type { Statistics } from '../../../model/explore/statistics.ts';
import { short } from '../../draw/numbers.ts';
import { Checkbox } from '../../ui/controls.tsx';
import { axisWords, BarChart } from '../charts/bar-chart.tsx';

export function Histogram({ statistics }: { statistics: Statistics }) {
  const [log, setLog] = useState(false);
  const { from, to, counts } = statistics.histogram!;
  const edge = (i: number) => from + ((to - from) * i) / counts.length;
  const bars = useMemo(
    () => ({
      values: counts,
      labels: counts.map((_, i) => short(edge(i))),
      title: (i: number) => `${short(edge(i))} to ${short(edge(i + 1))}`,
      words: (value: number) => `${value.toLocaleString('en')} values`,
      tick: axisWords,
      log,
    }),
    [statistics, log],
  );
  const most = counts.indexOf(Math.max(...counts));
  const label = `Histogram from ${short(from)} to ${short(to)}; most values lie between ${short(edge(most))} and ${short(edge(most + 1))}`;
  return (
    <div class="histogram">
      <BarChart bars={bars} label={label} />
      <Checkbox label="Logarithmic counts" checked={log} onChange={setLog} />
    </div>
  );
}
