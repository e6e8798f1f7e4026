/**
 * Text that remembers where each of its characters came from.
 *
 * Everything counts in code points: `starts[i]`, `ends[i]` is the half-open range of source code points that character i stands for. Arrays are
 * shared by slices; nobody writes to them after the text was built. UTF-16 offsets are made once, at the very end.
 */
import { utf8Length } from './utf8.ts';

interface Store {
  readonly chars: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly text: string;
  /** UTF-16 offset of each character and of the end; null while all are below U+10000, where it is the index itself. */
  readonly units: readonly number[] | null;
  /** Source characters that were composed into the one before them; shared by a source and all that was made of it. */
  readonly merged: Set<number>;
}

function unitsOf(chars: readonly number[], length: number, text: string): number[] | null {
  if (text.length === length) return null;
  const units = new Array<number>(length + 1);
  let at = 0;
  for (let i = 0; i < length; i++) {
    units[i] = at;
    at += chars[i]! > 0xffff ? 2 : 1;
  }
  units[length] = at;
  return units;
}

export class Traced {
  readonly length: number;
  private constructor(
    private readonly store: Store,
    private readonly from: number,
    private readonly to: number,
    /** The source range that this piece as a whole stands for. */
    readonly start: number,
    readonly end: number,
  ) {
    this.length = to - from;
  }

  /** A source text: every character stands for itself. `text` must be well-formed. */
  static source(text: string): Traced {
    const chars: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    for (let i = 0, n = 0; i < text.length; n++) {
      const c = text.codePointAt(i)!;
      chars.push(c);
      starts.push(n);
      ends.push(n + 1);
      i += c > 0xffff ? 2 : 1;
    }
    return new Traced(
      { chars, starts, ends, text, units: unitsOf(chars, chars.length, text), merged: new Set() },
      0,
      chars.length,
      0,
      chars.length,
    );
  }

  /** This text rewritten: other characters with their origins, for the same source range. */
  rewritten(chars: readonly number[], starts: readonly number[], ends: readonly number[], text: string): Traced {
    const store = { chars, starts, ends, text, units: unitsOf(chars, chars.length, text), merged: this.store.merged };
    return new Traced(store, 0, chars.length, this.start, this.end);
  }

  /** Source characters that were composed into the one before them, which alone has a range. */
  get merged(): Set<number> {
    return this.store.merged;
  }

  char(i: number): number {
    return this.store.chars[this.from + i]!;
  }
  startOf(i: number): number {
    return this.store.starts[this.from + i]!;
  }
  endOf(i: number): number {
    return this.store.ends[this.from + i]!;
  }

  /** UTF-16 offset of character i within `text`. */
  unit(i: number): number {
    const units = this.store.units;
    return units === null ? i : units[this.from + i]! - units[this.from]!;
  }

  /** The inverse of `unit`; an offset inside a pair gives the pair's character. */
  index(unit: number): number {
    const units = this.store.units;
    if (units === null) return unit;
    const wanted = unit + units[this.from]!;
    let low = this.from;
    let high = this.to;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (units[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    return low - this.from;
  }

  /**
   * The characters that bytes [a, b) of the text touch: the end is the character that byte b lies in, or the text's end; it is two behind the start
   * where b is further out. Source: BytesToCharOffsetConverter.
   */
  bytes(a: number, b: number): readonly [number, number] {
    let start: number | null = null;
    let at = 0;
    for (let i = 0; i < this.length; i++) {
      at += utf8Length(this.char(i));
      if (start === null && a < at) start = i;
      if (b < at) return [start!, i];
    }
    return start === null ? [a, b] : [start, b === at ? this.length : start + 2];
  }

  get text(): string {
    return this.substring(0, this.length);
  }

  substring(a: number, b: number): string {
    const { text, units } = this.store;
    return units === null ? text.slice(this.from + a, this.from + b) : text.slice(units[this.from + a]!, units[this.from + b]!);
  }

  /** Characters [a, b) as a piece of their own, standing for exactly their own origins. */
  slice(a: number, b: number): Traced {
    const { starts, ends } = this.store;
    const start = b > a ? starts[this.from + a]! : a === 0 ? this.start : this.endOf(a - 1);
    const end = b > a ? ends[this.from + b - 1]! : start;
    return new Traced(this.store, this.from + a, this.from + b, start, end);
  }
}

/**
 * Writes a new text from an old one, character by character.
 *
 * `put(char, change)`: change 0 replaces the next old character; change > 0 inserts, sharing the origin of what precedes; change −n replaces the next
 * one and swallows the n after it, which then belong to nobody. `skip` old characters are dropped before the first.
 * Source: NormalizedString::transform_range of the Rust library, as its offsets show it.
 */
export class Rewrite {
  readonly #chars: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #text = '';
  #at: number;
  constructor(
    private readonly old: Traced,
    skip = 0,
  ) {
    this.#at = skip;
  }

  put(char: number, change: number): void {
    if (change > 0) {
      const before = this.#at - 1;
      this.add(char, before < 0 ? this.old.start : this.old.startOf(before), before < 0 ? this.old.start : this.old.endOf(before));
      return;
    }
    this.add(char, this.old.startOf(this.#at), this.old.endOf(this.#at));
    if (change < 0) this.noteMerged(char, this.#at + 1, this.#at - change);
    this.#at += 1 - change;
  }

  private noteMerged(into: number, first: number, last: number): void {
    const parts = String.fromCodePoint(into).normalize('NFD');
    for (let i = first; i <= last && i < this.old.length; i++) {
      if (!parts.slice(1).includes(String.fromCodePoint(this.old.char(i)).normalize('NFKD'))) continue;
      for (let s = this.old.startOf(i); s < this.old.endOf(i); s++) this.old.merged.add(s);
    }
  }

  /** Keeps old character i as it is. */
  keep(i: number): void {
    this.add(this.old.char(i), this.old.startOf(i), this.old.endOf(i));
    this.#at = i + 1;
  }

  /** Appends a character with an origin of its own. */
  add(char: number, start: number, end: number): void {
    this.#chars.push(char);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#text += char < 0x10000 ? String.fromCharCode(char) : String.fromCodePoint(char);
  }

  done(): Traced {
    return this.old.rewritten(this.#chars, this.#starts, this.#ends, this.#text);
  }
}

/**
 * Puts characters in front of a text that is not empty. They take over the origin of its first character, which then shares it.
 * Source: NormalizedString::prepend.
 */
export function prepended(old: Traced, prefix: readonly number[]): Traced {
  if (old.length === 0 || prefix.length === 0) return old;
  const out = new Rewrite(old);
  for (let n = 0; n < prefix.length; n++) out.put(prefix[n]!, n === 0 ? 0 : 1);
  out.put(old.char(0), 1);
  for (let i = 1; i < old.length; i++) out.keep(i);
  return out.done();
}

/** Keeps the characters that `keep` admits, each with its own origin. */
export function filter(old: Traced, keep: (c: number) => boolean): Traced {
  let i = 0;
  while (i < old.length && keep(old.char(i))) i++;
  if (i === old.length) return old;
  const out = new Rewrite(old);
  for (let k = 0; k < old.length; k++) if (keep(old.char(k))) out.keep(k);
  return out.done();
}

/** Replaces each character by the ones that `map` gives (at least one): the first takes its place, the others share its origin. */
export function expand(old: Traced, map: (c: number) => number | readonly number[]): Traced {
  let i = 0;
  while (i < old.length && map(old.char(i)) === old.char(i)) i++;
  if (i === old.length) return old;
  const out = new Rewrite(old);
  for (let k = 0; k < old.length; k++) {
    const to = map(old.char(k));
    if (typeof to === 'number') out.put(to, 0);
    else for (let n = 0; n < to.length; n++) out.put(to[n]!, n === 0 ? 0 : 1);
  }
  return out.done();
}
