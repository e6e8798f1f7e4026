/** What part of a matrix is on view, in indices; rows and columns zoom apart, since tables are long. Pure. */
import type { Window } from '../../../model/explore/slice.ts';

/** A stretch of one axis. */
export interface Span {
  /** First index; a fraction where it is cut. */
  readonly start: number;
  /** Indices that are seen. */
  readonly length: number;
}

export interface View {
  readonly rows: Span;
  readonly columns: Span;
}

/** No axis shows fewer indices, unless it has fewer. */
const LEAST = 4;

export const whole = (rows: number, columns: number): View => ({
  rows: { start: 0, length: rows },
  columns: { start: 0, length: columns },
});

/** A span inside an axis of `count` indices. */
export function inside({ start, length }: Span, count: number): Span {
  const seen = Math.min(count, Math.max(Math.min(LEAST, count), length));
  return { start: Math.min(Math.max(0, start), count - seen), length: seen };
}

/** Zooms by `factor` (above 1: in) about a place, 0 to 1 along the span. */
export function zoomed(span: Span, factor: number, place: number, count: number): Span {
  const { length } = inside({ start: 0, length: span.length / factor }, count);
  return inside({ start: span.start + place * (span.length - length), length }, count);
}

/** Moves by a share of what is seen. */
export const moved = (span: Span, share: number, count: number): Span =>
  inside({ start: span.start + share * span.length, length: span.length }, count);

/** Moves just so far that an index is seen. */
export function revealed(span: Span, index: number, count: number): Span {
  if (index < span.start) return inside({ ...span, start: index }, count);
  if (index + 1 > span.start + span.length) return inside({ ...span, start: index + 1 - span.length }, count);
  return span;
}

/** The indices that are read for a span of so many pixels: every n-th, so that none is thinner than a pixel. */
export function sampled({ start, length }: Span, pixels: number, count: number): Window {
  const step = Math.max(1, Math.ceil(length / Math.max(1, pixels)));
  const first = Math.floor(start / step) * step;
  const last = Math.min(count - 1, Math.ceil(start + length) - 1);
  return { start: first, step, count: Math.max(0, Math.floor((last - first) / step) + 1) };
}
