/**
 * Reads weights ahead of the runtime. It asks for one initializer after another, in an order of its own, and waits for each; a read of
 * the page takes its time on the way, not in the worker. So what will be asked for is fetched meanwhile, several reads at a time.
 */
import type { ByteSource } from '../../model/source.ts';

/** Bytes `[offset, offset + length)` of a file. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

export interface AheadOptions {
  /** Bytes that may lie ready before they are asked for. What the runtime took is its own, so ready and taken together stay below the file. */
  readonly budget?: number;
  /** Reads at the same time. */
  readonly parallel?: number;
  /** Longest read, in bytes. */
  readonly piece?: number;
  /** Ranges with no more than so many bytes between them are read together. */
  readonly gap?: number;
}

const KB = 2 ** 10;
const MB = 2 ** 20;

/** A part of the file that is read at once. */
class Piece {
  bytes: Promise<Uint8Array> | null = null;
  readonly #taken = new Set<number>();

  /** @param wanted bytes of it that will be asked for */
  constructor(
    readonly start: number,
    public end: number,
    public wanted: number,
  ) {}

  /** The runtime may read a range again, for a weight that it has turned beforehand. */
  take(offset: number, length: number): void {
    if (this.#taken.has(offset)) return;
    this.#taken.add(offset);
    this.wanted -= length;
  }
}

/** A source for ranges that are known beforehand; others are read as they come. */
export class Ahead implements ByteSource {
  readonly #source: ByteSource;
  readonly #pieces: readonly Piece[];
  readonly #budget: number;
  readonly #parallel: number;
  /** Where reading ahead goes on. */
  #next = 0;
  #ready = 0;
  #reading = 0;
  #stopped = false;

  constructor(
    source: ByteSource,
    ranges: readonly Range[],
    { budget = 384 * MB, parallel = 4, piece = 8 * MB, gap = 64 * KB }: AheadOptions = {},
  ) {
    this.#source = source;
    this.#pieces = piecesOf(ranges, piece, gap);
    this.#budget = budget;
    this.#parallel = parallel;
  }

  get name(): string {
    return this.#source.name;
  }

  get size(): number {
    return this.#source.size;
  }

  start(): void {
    this.#fill();
  }

  /** Nothing more is read ahead, and what lies ready is let go. */
  stop(): void {
    this.#stopped = true;
    for (const piece of this.#pieces) piece.bytes = null;
  }

  /** Where the piece at `offset` ends, if that is before `end`: reads up to there need no copying. */
  boundary(offset: number, end: number): number {
    return Math.min(this.#pieceAt(offset)?.end ?? end, end);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const piece = this.#pieceAt(offset);
    const whole = piece && offset + length <= piece.end && piece.wanted > 0;
    if (!whole || this.#stopped) return this.#source.read(offset, length);
    if (!piece.bytes) {
      // What lies behind is likely asked for next: it belongs to the same tensor.
      this.#next = this.#pieces.indexOf(piece) + 1;
      this.#fetch(piece);
    }
    const bytes = await piece.bytes!;
    piece.take(offset, length);
    if (piece.wanted <= 0) this.#drop(piece);
    return bytes.subarray(offset - piece.start, offset - piece.start + length);
  }

  #pieceAt(offset: number): Piece | undefined {
    let [from, to] = [0, this.#pieces.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#pieces[middle]!.end > offset) to = middle;
      else from = middle + 1;
    }
    const piece = this.#pieces[from];
    return piece && piece.start <= offset ? piece : undefined;
  }

  #fetch(piece: Piece): void {
    this.#reading++;
    this.#ready += piece.end - piece.start;
    const bytes = this.#source.read(piece.start, piece.end - piece.start);
    piece.bytes = bytes;
    const done = () => {
      this.#reading--;
      this.#fill();
    };
    bytes.then(done, () => {
      // Whoever asks for it reads it again, and learns of the failure.
      this.#drop(piece);
      done();
    });
  }

  #drop(piece: Piece): void {
    if (!piece.bytes) return;
    piece.bytes = null;
    this.#ready -= piece.end - piece.start;
    this.#fill();
  }

  #fill(): void {
    while (!this.#stopped && this.#reading < this.#parallel) {
      const piece = this.#following();
      if (!piece || this.#ready + piece.end - piece.start > this.#budget) return;
      this.#fetch(piece);
    }
  }

  /** The next piece that is wanted and not there, round the file. */
  #following(): Piece | null {
    const count = this.#pieces.length;
    for (let i = 0; i < count; i++) {
      const at = (this.#next + i) % count;
      const piece = this.#pieces[at]!;
      if (piece.wanted <= 0 || piece.bytes) continue;
      this.#next = at + 1;
      return piece;
    }
    return null;
  }
}

/** Long ranges are cut, neighbouring short ones joined. */
function piecesOf(ranges: readonly Range[], longest: number, gap: number): Piece[] {
  const pieces: Piece[] = [];
  for (const { offset, length } of [...ranges].sort((a, b) => a.offset - b.offset)) {
    let at = offset;
    const end = offset + length;
    while (at < end) {
      const last = pieces.at(-1);
      if (last && at < last.end) {
        // A range that two tensors share: it is taken once, and read again for the other.
        at = Math.min(end, last.end);
      } else if (last && at === offset && at - last.end <= gap && end - last.start <= longest) {
        last.end = end;
        last.wanted += length;
        at = end;
      } else {
        const to = Math.min(end, at + longest);
        pieces.push(new Piece(at, to, to - at));
        at = to;
      }
    }
  }
  return pieces;
}
