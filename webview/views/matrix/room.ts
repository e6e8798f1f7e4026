/** How much room labels and cells have in a map, and what part of it is seen. */
import { useRef, useState } from 'preact/hooks';
import type { Theme } from '../../colour/theme.ts';
import { BAR, type Frame, fitCell, type Size, type Window2d, within } from './geometry.ts';

/** No letter of a label is wider than this: shorter labels need not be measured. */
const WIDEST_LETTER = 16;

const measuring = new OffscreenCanvas(1, 1).getContext('2d')!;

const widths = new WeakMap<readonly string[], { readonly font: string; readonly width: number }>();

/** Width of the longest of some labels; measured once. */
function longest(labels: readonly string[], font: string): number {
  const known = widths.get(labels);
  if (known?.font === font) return known.width;
  measuring.font = font;
  const width = labels.reduce((most, l) => (l.length * WIDEST_LETTER > most ? Math.max(most, measuring.measureText(l).width) : most), 0);
  widths.set(labels, { font, width });
  return width;
}

interface Room {
  readonly width: number;
  readonly height: number;
  readonly font: string;
  /** Whether bars of hidden mass stand at the right. */
  readonly bar: boolean;
}

export const labelFont = ({ font, fontSize }: Theme): string => `${fontSize - 1}px ${font}`;

/** Room for the labels, at most a part of what there is. */
export function frameOf(rows: readonly string[], columns: readonly string[], { width, height, font, bar }: Room): Frame {
  const left = Math.ceil(Math.min(longest(rows, font) + 12, width * 0.28, 130));
  const top = Math.ceil(Math.min(longest(columns, font) * Math.sin(Math.PI / 3) + 18, height * 0.3, 96));
  return { left, top, width: Math.max(20, width - left - 34 - (bar ? BAR : 0)), height: Math.max(20, height - top - 4) };
}

/** The window on the map; it starts with everything and stays inside when sizes change. */
export function useWindow(size: Size, frame: Frame): [Window2d, (window: Window2d) => void] {
  const [window, setWindow] = useState<Window2d>({ x: 0, y: 0, cell: 0 });
  const fit = fitCell(size, frame);
  const wasFit = useRef(0);
  // All of the map stays all of the map when the panel grows.
  const kept = window.cell <= wasFit.current ? { x: 0, y: 0, cell: fit } : window;
  wasFit.current = fit;
  return [within(kept, size, frame), setWindow];
}
