/** The charts of the model page, a bundle of its own: chart.js is a third of all the page's script, and no tab needs it at first. */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LogarithmicScale, Tooltip } from 'chart.js';
import type { Theme } from '../../colour/theme.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LogarithmicScale, Tooltip);

export interface Bars {
  readonly values: readonly number[];
  readonly labels: readonly string[];
  /** The lines of the tooltip of bar `i`: what it is, and how much. */
  readonly title: (i: number) => string;
  readonly words: (value: number) => string;
  /** What stands along the upward axis. */
  readonly tick: (value: number) => string;
  readonly log?: boolean;
  readonly most?: number;
}

/** Draws bars; the chart follows the size of what is around the canvas. */
export function drawBars(canvas: HTMLCanvasElement, bars: Bars, theme: Theme): { destroy(): void } {
  const { values, labels, title, words, tick, log = false, most = 8 } = bars;
  const ticks = { color: theme.muted, font: { family: theme.font, size: 10 } };
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: [...labels],
      datasets: [{ data: [...values], backgroundColor: colourOf(theme), categoryPercentage: 1, barPercentage: 0.9 }],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: { title: ([item]) => (item ? title(item.dataIndex) : ''), label: ({ raw }) => words(Number(raw)) },
        },
      },
      scales: {
        x: { ticks: { ...ticks, maxTicksLimit: most, maxRotation: 0 }, grid: { display: false }, border: { color: theme.border } },
        y: {
          type: log ? 'logarithmic' : 'linear',
          ...(log ? { min: 0.5 } : { beginAtZero: true }),
          ticks: {
            ...ticks,
            maxTicksLimit: 5,
            callback: (v) => (log && !Number.isInteger(Math.log10(Number(v))) ? null : tick(Number(v))),
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
