/** Entropy over the layers: a dot for each head, a line through the layers' means. Of the query's row, or of all rows. */
import { Chart, type ChartData, LinearScale, LineController, LineElement, PointElement, ScatterController, Tooltip } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import { headColours } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import { headName, short } from '../../draw/numbers.ts';
import type { MetricWords } from '../../state/measures.ts';
import { select } from '../../state/select.ts';
import { type HeadRef, headKey, sameHead } from '../../state/types.ts';
import { usePanel } from '../context.ts';

Chart.register(LinearScale, LineController, LineElement, PointElement, ScatterController, Tooltip);

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly ref: HeadRef;
}

/** The details' chart: entropy of the query's row, or of all rows before there is a query. */
export function EntropyChart() {
  const { store, measuring } = usePanel();
  const { query } = store.selection.value;
  const { heads, of } = measuring.done.value;
  const dots = useDots('entropy', query);
  return (
    <div class="block">
      <h3>Entropy over layers (bits)</h3>
      <Dots dots={dots} name="Entropy" words={(y) => `${short(y)} bits`} />
      <p class="note">
        {query === null ? 'Mean of all rows' : "The query's row"}; a dot is a head, the line the mean of a layer.
        {heads < of ? ` Measured ${heads} of ${of} heads.` : ''}
      </p>
    </div>
  );
}

/** Any metric over the layers. */
export function LayerChart({ metric }: { metric: MetricWords }) {
  return <Dots dots={useDots(metric.id, null)} name={metric.name} words={metric.show} />;
}

const SETTLED_MS = 200;

function Dots({ dots, name, words }: { dots: Dot[]; name: string; words: (value: number) => string }) {
  const { store, theme } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'scatter' | 'line', Dot[]> | null>(null);
  const say = useRef(words);
  say.current = words;
  const chosen = store.heads.value;
  const { kind } = store.selection.value;
  const layers = Math.max(1, ...[...(store.session.value?.sites.values() ?? [])].filter((s) => s.kind === kind).map((s) => s.layer + 1));
  useEffect(() => {
    // Charts may come a moment later than the map: they must not slow a walk through the heads.
    const timer = setTimeout(() => {
      if (!canvas.current) return;
      chart.current ??= newChart(
        canvas.current,
        (ref) => select(store, ref),
        (y) => say.current(y),
      );
      chart.current.data = dataOf(dots, chosen, theme.value);
      dress(chart.current, theme.value, layers);
      chart.current.update('none');
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  });
  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [],
  );
  return (
    <div class="chart">
      <canvas ref={canvas} role="img" aria-label={chartWords(dots, name, words)} />
    </div>
  );
}

/** One dot a head: the metric of the head, or for `query` the entropy of that row. */
function useDots(metric: string, query: number | null): Dot[] {
  const { store, measures, measuring } = usePanel();
  const { kind } = store.selection.value;
  const entropies = measuring.entropies.value;
  const dots: Dot[] = [];
  for (const site of store.session.value?.sites.values() ?? []) {
    if (site.kind !== kind) continue;
    for (let head = 0; head < site.run.heads; head++) {
      const ref = { kind, layer: site.layer, head };
      const y = query === null ? measures.value.get(headKey(ref))?.[metric] : entropies.get(headKey(ref))?.[query];
      if (y !== undefined && Number.isFinite(y)) dots.push({ x: site.layer + 1, y, ref });
    }
  }
  return dots;
}

function meansOf(dots: readonly Dot[]): { x: number; y: number }[] {
  const byLayer = new Map<number, number[]>();
  for (const { x, y } of dots) byLayer.set(x, [...(byLayer.get(x) ?? []), y]);
  return [...byLayer].sort(([a], [b]) => a - b).map(([x, values]) => ({ x, y: values.reduce((a, b) => a + b, 0) / values.length }));
}

function dataOf(dots: Dot[], chosen: readonly HeadRef[], theme: Theme): ChartData<'scatter' | 'line', Dot[]> {
  const colours = headColours(theme.kind);
  const at = (dot: Dot) => chosen.findIndex((h) => sameHead(h, dot.ref));
  const colour = (dot: Dot) =>
    at(dot) < 0 ? `${colours[0]}${theme.kind.startsWith('hc') ? '' : '88'}` : chosen.length > 1 ? colours[at(dot)]! : theme.query;
  return {
    datasets: [
      { type: 'scatter', data: dots, backgroundColor: dots.map(colour), pointRadius: dots.map((d) => (at(d) < 0 ? 2.5 : 4.5)), order: 1 },
      { type: 'line', data: meansOf(dots) as Dot[], borderColor: theme.foreground, borderWidth: 1, pointRadius: 0, order: 2 },
    ],
  };
}

function newChart(
  canvas: HTMLCanvasElement,
  open: (ref: HeadRef) => void,
  words: (value: number) => string,
): Chart<'scatter' | 'line', Dot[]> {
  return new Chart<'scatter' | 'line', Dot[]>(canvas, {
    type: 'scatter',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        tooltip: {
          filter: (item) => 'ref' in (item.raw as Dot),
          callbacks: {
            label: ({ raw }) => {
              const { ref, y } = raw as Dot;
              return `${headName(ref.layer, ref.head)}: ${words(y)}`;
            },
          },
        },
      },
      onClick: (_event, items) => {
        const item = items.find((i) => i.datasetIndex === 0);
        const dot = item && chartDot(canvas, item.index);
        if (dot) open(dot.ref);
      },
    },
  });
}

const chartDot = (canvas: HTMLCanvasElement, index: number): Dot | undefined =>
  Chart.getChart(canvas)?.data.datasets[0]?.data[index] as Dot | undefined;

/** The theme's colours and font; whole layers on the axis. */
function dress(chart: Chart<'scatter' | 'line', Dot[]>, theme: Theme, layers: number): void {
  const ticks = { color: theme.muted, font: { family: theme.font, size: 10 } };
  const step = Math.max(1, Math.ceil(layers / 8));
  chart.options.scales = {
    x: {
      type: 'linear',
      min: 0.5,
      max: layers + 0.5,
      ticks: { ...ticks, stepSize: step, callback: (v) => (Number.isInteger(Number(v)) ? v : null) },
      grid: { display: false },
      border: { color: theme.border },
      title: { display: true, text: 'layer', color: theme.muted, font: { family: theme.font, size: 10 }, padding: 0 },
      afterBuildTicks: (axis) => {
        axis.ticks = Array.from({ length: Math.ceil(layers / step) }, (_, i) => ({ value: 1 + i * step }));
      },
    },
    y: {
      type: 'linear',
      beginAtZero: true,
      ticks: { ...ticks, maxTicksLimit: 5 },
      grid: { color: `${theme.foreground.slice(0, 7)}26` },
      border: { display: false },
    },
  };
}

/** The means in words, for those who do not see the chart. */
function chartWords(dots: readonly Dot[], name: string, words: (value: number) => string): string {
  const means = meansOf(dots);
  if (means.length === 0) return `${name} over layers: not measured yet`;
  return `${name} over layers, mean of the heads: ${means.map(({ x, y }) => `layer ${x} ${words(y)}`).join(', ')}`;
}
