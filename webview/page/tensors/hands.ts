/** Pointer, wheel and keys over the picture of a tensor. */
import { useRef } from 'preact/hooks';
import type { Frame } from './draw.ts';
import { moved, revealed, type View, zoomed } from './window.ts';

interface Hands {
  readonly frame: Frame;
  readonly view: View;
  readonly size: { readonly rows: number; readonly columns: number };
  /** Indices between two that are shown. */
  readonly steps: { readonly rows: number; readonly columns: number };
  readonly cursor: { readonly row: number; readonly column: number } | null;
  readonly setView: (view: View | null) => void;
  readonly setCursor: (cursor: { row: number; column: number }) => void;
}

const WHEEL = 0.0018;
const KEY = 1.6;

export function useHands(hands: Hands) {
  const { frame, view, size, steps, cursor, setView, setCursor } = hands;
  const from = useRef<{ x: number; y: number } | null>(null);
  const placeOf = (event: MouseEvent) => ({
    x: (event.offsetX - frame.left) / frame.width,
    y: (event.offsetY - frame.top) / frame.height,
  });
  const zoom = (factor: number, x: number, y: number) =>
    setView({ rows: zoomed(view.rows, factor, y, size.rows), columns: zoomed(view.columns, factor, x, size.columns) });
  const point = (event: PointerEvent) => {
    const { x, y } = placeOf(event);
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return;
    const at = (start: number, length: number, share: number, step: number, count: number) =>
      Math.min(count - 1, Math.floor(Math.floor(start + share * length) / step) * step);
    setCursor({
      row: at(view.rows.start, view.rows.length, y, steps.rows, size.rows),
      column: at(view.columns.start, view.columns.length, x, steps.columns, size.columns),
    });
  };
  const step = (down: number, right: number) => {
    const next = {
      row: bounded((cursor?.row ?? Math.ceil(view.rows.start)) + (cursor ? down * steps.rows : 0), size.rows, steps.rows),
      column: bounded(
        (cursor?.column ?? Math.ceil(view.columns.start)) + (cursor ? right * steps.columns : 0),
        size.columns,
        steps.columns,
      ),
    };
    setCursor(next);
    setView({ rows: revealed(view.rows, next.row, size.rows), columns: revealed(view.columns, next.column, size.columns) });
  };
  const about = () => ({
    x: cursor ? (cursor.column + 0.5 - view.columns.start) / view.columns.length : 0.5,
    y: cursor ? (cursor.row + 0.5 - view.rows.start) / view.rows.length : 0.5,
  });
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => step(1, 0),
    ArrowUp: () => step(-1, 0),
    ArrowRight: () => step(0, 1),
    ArrowLeft: () => step(0, -1),
    '+': () => zoom(KEY, about().x, about().y),
    '=': () => zoom(KEY, about().x, about().y),
    '-': () => zoom(1 / KEY, about().x, about().y),
    '0': () => setView(null),
  };
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: () => {
      from.current = null;
    },
    onPointerMove: (event: PointerEvent) => {
      const last = from.current;
      if (!last || event.buttons !== 1) return point(event);
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      from.current = { x: event.clientX, y: event.clientY };
      setView({
        rows: moved(view.rows, -dy / frame.height, size.rows),
        columns: moved(view.columns, -dx / frame.width, size.columns),
      });
    },
    onWheel: (event: WheelEvent) => {
      event.preventDefault();
      const { x, y } = placeOf(event);
      zoom(Math.exp(-event.deltaY * WHEEL), Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y)));
    },
    onKeyDown: (event: KeyboardEvent) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    },
  };
}

/** An index that is shown: inside the axis, and on its step. */
const bounded = (index: number, count: number, step: number) => Math.floor(Math.min(count - 1, Math.max(0, index)) / step) * step;
