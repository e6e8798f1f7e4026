/** Bars on a canvas. Their library is loaded when the first chart is seen. */
import { useEffect, useRef } from 'preact/hooks';
import { short } from '../../draw/numbers.ts';
import { usePage } from '../context.ts';
import type { Bars, drawBars } from './charts.ts';

type Charts = { readonly drawBars: typeof drawBars };
let library: Promise<Charts> | undefined;

/** The bundle beside this one. */
function charts(): Promise<Charts> {
  library ??= import(new URL('./charts.js', import.meta.url).href) as Promise<Charts>;
  return library;
}

export function BarChart({ bars, label }: { bars: Bars; label: string }) {
  const { theme, said } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let wanted = true;
    let chart: { destroy(): void } | null = null;
    charts().then(
      (loaded) => {
        if (wanted && canvas.current) chart = loaded.drawBars(canvas.current, bars, theme.value);
      },
      () => {
        said.value = 'The chart could not be loaded.';
      },
    );
    return () => {
      wanted = false;
      chart?.destroy();
    };
  }, [bars, theme.value]);
  return (
    <div class="chart">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

/** Numbers along an axis. */
export const axisWords = (value: number): string => (Number.isInteger(value) ? value.toLocaleString('en') : short(value));
