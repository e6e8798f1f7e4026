/** Singular values, falling: one bar a direction. */
import { useMemo } from 'preact/hooks';
import { short } from '../../draw/numbers.ts';
import { axisWords, BarChart } from '../charts/bar-chart.tsx';

export function SingularValues({ values }: { values: readonly number[] }) {
  const bars = useMemo(
    () => ({
      values,
      labels: values.map((_, i) => String(i + 1)),
      title: (i: number) => `direction ${i + 1}`,
      words: short,
      tick: axisWords,
      most: 12,
    }),
    [values],
  );
  const label = `${values.length} singular values, falling from ${short(values[0] ?? 0)} to ${short(values.at(-1) ?? 0)}`;
  return <BarChart bars={bars} label={label} />;
}
