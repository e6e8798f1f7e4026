/**
 * Where the tokens of a run are in the document now. Offsets are UTF-16, as in VS Code's `offsetAt`.
 *
 * While the text of the run is unchanged the ranges are exact, wherever it has moved to, but for this: they hold whole graphemes, as people see them. After an edit inside it the run is stale: ranges
 * outside the edit move along, ranges that it touched are gone, until the text is what it was (undo) or is run again.
 */
import type { Token } from '../../model/protocol/panel.ts';
import { Graphemes } from '../../model/text/locate.ts';

/** A stretch of the run's text and where it stands in the document. */
export interface Piece {
  /** First offset in the text of the run. */
  readonly textStart: number;
  /** First offset in the document. */
  readonly start: number;
  readonly length: number;
}

export interface Edit {
  readonly start: number;
  readonly length: number;
  readonly inserted: number;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Mutable {
  start: number;
  end: number;
}

export class TrackedText {
  readonly #pieces: { readonly textStart: number; readonly length: number; readonly now: Mutable }[];
  #tokens: (Mutable | null)[] = [];
  #stale = false;
  readonly #graphemes: Graphemes;

  constructor(
    readonly text: string,
    pieces: readonly Piece[],
    private readonly tokens: readonly Token[],
  ) {
    this.#graphemes = new Graphemes(text);
    this.#pieces = pieces.map(({ textStart, start, length }) => ({ textStart, length, now: { start, end: start + length } }));
    this.#place();
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** Where the run's text stands now, piece by piece. */
  get spans(): readonly Span[] {
    return this.#pieces.map(({ now }) => ({ start: now.start, end: now.end }));
  }

  #place(): void {
    this.#tokens = this.tokens.map((token) => this.#exact(token));
  }

  #exact({ start, end }: Token): Mutable | null {
    if (end <= start) return null;
    const piece = this.#pieces.find((p) => start >= p.textStart && start < p.textStart + p.length);
    if (!piece) return null;
    const shift = piece.now.start - piece.textStart;
    const within = (at: number) => Math.min(Math.max(at, piece.textStart), piece.textStart + piece.length);
    const last = within(end);
    // Half of what people see as one character cannot be painted.
    const seen = this.#graphemes.widen({ start: start + blanksAt(this.text, start, last), end: last });
    return { start: within(seen.start) + shift, end: within(seen.end) + shift };
  }

  /** Follows edits; each counts its offsets after those before it, as VS Code reports them. */
  edit(edits: readonly Edit[], read: (start: number, end: number) => string): void {
    for (const edit of edits) {
      for (const { now } of this.#pieces) movePiece(now, edit);
      this.#tokens = this.#tokens.map((range) => (range && moveToken(range, edit) ? range : null));
    }
    this.check(read);
  }

  /** Compares the document with the text of the run. */
  check(read: (start: number, end: number) => string): void {
    this.#stale = !this.#pieces.every(({ textStart, length, now }) => {
      return now.end - now.start === length && read(now.start, now.end) === this.text.slice(textStart, textStart + length);
    });
    if (!this.#stale) this.#place();
  }

  /** Tokens of the run. */
  get count(): number {
    return this.tokens.length;
  }

  /** Where a token is in the document, without the blank before a word; null for one that is nowhere (special, or edited away). */
  rangeOf(token: number): Span | null {
    return this.#tokens[token] ?? null;
  }

  /** The token at a document offset: the one that covers it, else the one that ends there. */
  tokenAt(offset: number): number | null {
    const covering = this.#tokens.findIndex((range) => range !== null && range.start <= offset && offset < range.end);
    if (covering >= 0) return covering;
    const ending = this.#tokens.findIndex((range) => range !== null && range.end === offset);
    return ending >= 0 ? ending : null;
  }
}

/** Blanks at the start of a token that has more than blanks: many vocabularies count the blank before a word to it, people do not. */
function blanksAt(text: string, start: number, end: number): number {
  const token = text.slice(start, end);
  const filled = token.trimStart();
  return filled === '' ? 0 : token.length - filled.length;
}

/** A piece grows by what is typed inside it; what is typed at its borders stays outside, unless the piece was deleted: so undo brings it back. */
function movePiece(range: Mutable, { start, length, inserted }: Edit): void {
  const end = start + length;
  if (range.start === range.end && start === range.start && length === 0) range.end += inserted;
  else if (end <= range.start) {
    range.start += inserted - length;
    range.end += inserted - length;
  } else if (start < range.end) {
    const newEnd = end >= range.end ? start + inserted : range.end + inserted - length;
    range.start = Math.min(range.start, start);
    range.end = Math.max(range.start, newEnd);
  }
}

/** False when the edit touched the inside of the token. */
function moveToken(range: Mutable, { start, length, inserted }: Edit): boolean {
  const end = start + length;
  if (start >= range.end) return true;
  if (end > range.start) return false;
  range.start += inserted - length;
  range.end += inserted - length;
  return true;
}
