/** How often which values stand in a tensor: 64 equal bins from the least to the greatest. */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LogarithmicScale, Tooltip } from 'chart.js';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Statistics } from '../../../model/explore/statistics.ts';
import type { Theme } from '../../colour/theme.ts';
import { short } from '../../draw/numbers.ts';
import { Checkbox } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LogarithmicScale, Tooltip);

export function Histogram({ statistics }: { statistics: Statistics }) {
  const { theme } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'bar'> | null>(null);
  const [log, setLog] = useState(false);
  const { from, to, counts } = statistics.histogram!;
  const edge = (i: number) => from + ((to - from) * i) / counts.length;
  useEffect(() => {
    if (!canvas.current) return;
    chart.current?.destroy();
    chart.current = draw(canvas.current, counts, edge, theme.value, log);
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  });
  const most = counts.indexOf(Math.max(...counts));
  return (
    <div class="histogram">
      <div class="chart">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Histogram from ${short(from)} to ${short(to)}; most values lie between ${short(edge(most))} and ${short(edge(most + 1))}`}
        />
      </div>
      <Checkbox label="Logarithmic counts" checked={log} onChange={setLog} />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, counts: readonly number[], edge: (i: number) => number, theme: Theme, log: boolean): Chart<'bar'> {
  const ticks = { color: theme.muted, font: { family: theme.font, size: 10 } };
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: counts.map((_, i) => short(edge(i))),
      datasets: [{ data: [...counts], backgroundColor: colourOf(theme), categoryPercentage: 1, barPercentage: 0.92 }],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => (item ? `${short(edge(item.dataIndex))} to ${short(edge(item.dataIndex + 1))}` : ''),
            label: ({ raw }) => `${Number(raw).toLocaleString('en')} values`,
          },
        },
      },
      scales: {
        x: { ticks: { ...ticks, maxTicksLimit: 8, maxRotation: 0 }, grid: { display: false }, border: { color: theme.border } },
        y: {
          type: log ? 'logarithmic' : 'linear',
          ...(log ? { min: 0.5 } : { beginAtZero: true }),
          ticks: {
            ...ticks,
            maxTicksLimit: 5,
            callback: (v) => (log && !Number.isInteger(Math.log10(Number(v))) ? null : Number(v).toLocaleString('en')),
          },
          grid: { color: `${theme.foreground.slice(0, 7)}26` },
          border: { display: false },
        },
      },
    },
  });
}

function colourOf(theme: Theme): string {
  const named = getComputedStyle(document.body).getPropertyValue('--vscode-charts-blue').trim();
  return theme.kind.startsWith('hc') ? theme.foreground : named || theme.focus;
}
