/** The text of a run, with every stretch of it tied to its place in a document. Pure: what is chosen is decided elsewhere. */
import type { Piece } from './tracked.ts';

export interface SourceText {
  /** URI of the document, null for a typed sentence. */
  readonly uri: string | null;
  readonly text: string;
  /** Empty for a typed sentence. */
  readonly pieces: readonly Piece[];
  /** Offset in `text` where the second segment of a pair begins, null without one. */
  readonly second: number | null;
  /** Offset in `text` of the cursor, or the end. */
  readonly cursor: number;
  /** What it is, in words: `the selection`, `the paragraph`, `the whole file`. */
  readonly what: string;
}

export interface Chosen {
  readonly start: number;
  readonly text: string;
}

const GAP = '\n';

/** Several stretches of a document as one text, a line break between them. */
export function joined(uri: string | null, chosen: readonly Chosen[], cursor: number, what: string, pair = false): SourceText {
  let text = '';
  let second: number | null = null;
  let at: number | null = null;
  const pieces: Piece[] = [];
  for (const [index, stretch] of chosen.entries()) {
    if (index > 0) text += GAP;
    if (index === 1 && pair) second = text.length;
    pieces.push({ textStart: text.length, start: stretch.start, length: stretch.text.length });
    if (cursor >= stretch.start && cursor <= stretch.start + stretch.text.length) at = text.length + cursor - stretch.start;
    text += stretch.text;
  }
  return { uri, text, pieces: uri === null ? [] : pieces, second, cursor: at ?? text.length, what };
}

/** The part `[start, end)` of a source's text, its places kept. */
export function slice(source: SourceText, start: number, end: number): SourceText {
  const pieces = source.pieces.flatMap((piece) => {
    const from = Math.max(start, piece.textStart);
    const to = Math.min(end, piece.textStart + piece.length);
    return to > from ? [{ textStart: from - start, start: piece.start + from - piece.textStart, length: to - from }] : [];
  });
  const second = source.second !== null && source.second > start && source.second < end ? source.second - start : null;
  const cursor = Math.min(Math.max(source.cursor - start, 0), end - start);
  return { ...source, text: source.text.slice(start, end), pieces, second, cursor };
}

/** Offset in the text of a place of the document, null for one outside it. */
export function placeIn({ pieces }: SourceText, offset: number): number | null {
  const piece = pieces.find(({ start, length }) => start <= offset && offset <= start + length);
  return piece ? piece.textStart + offset - piece.start : null;
}
