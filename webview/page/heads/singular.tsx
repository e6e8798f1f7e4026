/** Singular values, falling: one bar a direction. */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import type { Theme } from '../../colour/theme.ts';
import { short } from '../../draw/numbers.ts';
import { usePage } from '../context.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

export function SingularValues({ values }: { values: readonly number[] }) {
  const { theme } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const chart = draw(canvas.current, values, theme.value);
    return () => chart.destroy();
  }, [values, theme.value]);
  return (
    <div class="chart">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${values.length} singular values, falling from ${short(values[0] ?? 0)} to ${short(values.at(-1) ?? 0)}`}
      />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, values: readonly number[], theme: Theme): Chart<'bar'> {
  const ticks = { color: theme.muted, font: { family: theme.font, size: 10 } };
  const blue = getComputedStyle(document.body).getPropertyValue('--vscode-charts-blue').trim() || theme.focus;
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: values.map((_, i) => i + 1),
      datasets: [
        {
          data: [...values],
          backgroundColor: theme.kind.startsWith('hc') ? theme.foreground : blue,
          categoryPercentage: 1,
          barPercentage: 0.85,
        },
      ],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: { title: ([item]) => (item ? `direction ${item.label}` : ''), label: ({ raw }) => short(Number(raw)) },
        },
      },
      scales: {
        x: { ticks: { ...ticks, maxTicksLimit: 12, maxRotation: 0 }, grid: { display: false }, border: { color: theme.border } },
        y: {
          beginAtZero: true,
          ticks: { ...ticks, maxTicksLimit: 4 },
          grid: { color: `${theme.foreground.slice(0, 7)}26` },
          border: { display: false },
        },
      },
    },
  });
}
