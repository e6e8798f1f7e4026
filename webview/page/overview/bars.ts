/** Nested bars: the parts of a part side by side, as wide as their share; their own parts below them. */
import type { Part } from '../../../model/explore/parts.ts';

export interface Bar {
  readonly part: Part;
  readonly x: number;
  readonly width: number;
  readonly level: number;
  /** Number of the colour: that of the bar of the first level that it belongs to. */
  readonly tone: number;
}

/** Bars that are narrower are left out, in pixels. */
const LEAST = 1.5;
export const TONES = 6;

/** @param width of the whole picture, in pixels */
export function barsOf(root: Part, width: number, levels: number): Bar[] {
  const bars: Bar[] = [];
  const lay = (part: Part, from: number, room: number, level: number, tone: number | null): void => {
    if (level >= levels || part.values === 0) return;
    let x = from;
    part.parts.forEach((inner, i) => {
      const own = (inner.values / part.values) * room;
      const colour = tone ?? i % TONES;
      if (own >= LEAST) {
        bars.push({ part: inner, x, width: own, level, tone: colour });
        lay(inner, x, own, level + 1, colour);
      }
      x += own;
    });
  };
  lay(root, 0, width, 0, null);
  return bars;
}
