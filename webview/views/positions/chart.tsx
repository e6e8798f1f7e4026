/** Lines over numbers: chart.js in the theme's colours. What the mouse reads from it, the table behind `t` says too. */
import {
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import type { Theme } from '../../colour/theme.ts';
import { short } from '../../draw/numbers.ts';
import { usePanel } from '../context.ts';

Chart.register(LinearScale, LogarithmicScale, LineController, LineElement, PointElement, Tooltip);

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly colour: string;
  readonly width?: number;
  readonly dashed?: boolean;
  /** Size of the points, 0 for none. */
  readonly dots?: number;
  readonly line?: boolean;
}

export interface LinesProps {
  /** What it shows, in words. */
  readonly label: string;
  readonly series: readonly Series[];
  readonly x: string;
  readonly y: string;
  /** What is said of a point. */
  readonly words?: (series: Series, point: Point) => string;
  readonly logarithmic?: boolean;
  /** Called with the x of a point that was clicked. */
  readonly onPick?: (x: number, series: Series) => void;
  readonly tall?: boolean;
  /** Whether x goes over more than whole numbers. */
  readonly fine?: boolean;
}

export function LinesChart(props: LinesProps) {
  const { theme } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line', Point[]> | null>(null);
  const now = useRef(props);
  now.current = props;
  const colours = theme.value;
  useEffect(() => {
    if (!canvas.current) return;
    chart.current ??= new Chart<'line', Point[]>(
      canvas.current,
      configuration(() => now.current),
    );
    chart.current.data = dataOf(props.series);
    chart.current.options.scales = scalesOf(props, colours);
    chart.current.update('none');
  });
  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [],
  );
  return (
    <div class={props.tall ? 'lines-chart tall' : 'lines-chart'}>
      <canvas ref={canvas} role="img" aria-label={props.label} />
    </div>
  );
}

function dataOf(series: readonly Series[]) {
  return {
    datasets: series.map(({ name, points, colour, width = 1.5, dashed = false, dots = 0, line = true }) => ({
      label: name,
      data: [...points],
      borderColor: colour,
      backgroundColor: colour,
      borderWidth: width,
      ...(dashed ? { borderDash: [4, 3] } : {}),
      pointRadius: dots,
      pointHitRadius: 6,
      showLine: line,
    })),
  };
}

function configuration(now: () => LinesProps): ChartConfiguration<'line', Point[]> {
  const words = (series: Series, point: Point) => now().words?.(series, point) ?? `${series.name}: ${short(point.y)}`;
  return {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', intersect: false },
      plugins: {
        tooltip: {
          callbacks: {
            title: () => '',
            label: ({ datasetIndex, raw }) => words(now().series[datasetIndex]!, raw as Point),
          },
        },
      },
      onClick: (_event, [item]) => {
        const series = item && now().series[item.datasetIndex];
        const point = series?.points[item!.index];
        if (series && point) now().onPick?.(point.x, series);
      },
    },
  };
}

function scalesOf({ x, y, series, fine = false, logarithmic = false }: LinesProps, theme: Theme) {
  const ticks = { color: theme.muted, font: { family: theme.font, size: 10 } };
  const title = (text: string) => ({ display: true, text, color: theme.muted, font: { family: theme.font, size: 11 } });
  const grid = { color: `${theme.foreground.slice(0, 7)}26` };
  return {
    x: {
      type: 'linear' as const,
      title: title(x),
      ...(fine ? {} : ends(series)),
      ticks: { ...ticks, maxTicksLimit: 8, ...(fine ? {} : { precision: 0 }) },
      grid: { display: false },
      border: { color: theme.border },
    },
    y: {
      type: logarithmic ? ('logarithmic' as const) : ('linear' as const),
      title: title(y),
      ticks: { ...ticks, maxTicksLimit: 6 },
      grid,
      border: { display: false },
    },
  };
}

/** The axis ends where the lines end. */
function ends(series: readonly Series[]): { min?: number; max?: number } {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const [min, max] = [Math.min(...xs), Math.max(...xs)];
  return xs.length > 0 && max > min ? { min, max } : {};
}
