/** Small things that several views need. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Size of an element in CSS pixels, followed. */
export function useSize<E extends HTMLElement>(): [{ readonly current: E | null }, { readonly width: number; readonly height: number }] {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const box = entry!.contentRect;
      setSize((old) => (old.width === box.width && old.height === box.height ? old : { width: box.width, height: box.height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** Draws after each render, before the browser paints: what was asked in a frame is seen in that frame. */
export function useDraw(draw: () => void): void {
  useLayoutEffect(draw);
}

/** The last value that was not null: what stays on screen while the next one is on its way. */
export function useLast<T>(value: T | null): T | null {
  const last = useRef<T | null>(null);
  if (value !== null) last.current = value;
  return last.current;
}

/** True once `waiting` has lasted for half a second: before that nothing needs to be said. */
export function useSlow(waiting: boolean, afterMs = 500): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), afterMs);
    return () => clearTimeout(timer);
  }, [waiting, afterMs]);
  return slow;
}
