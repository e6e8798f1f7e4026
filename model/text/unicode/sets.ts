import { BERT_MARK, BERT_REMOVED, INERT, NEWER, PUNCTUATION, STRIPPED_ACCENTS } from './classes.ts';

/** A set of code points with a constant-time test. */
export interface CodePointSet {
  has(c: number): boolean;
}

/** Bits for the characters below U+10000, a search among the runs above. `runs`: first and last of each run in a row, ascending. */
class RunSet implements CodePointSet {
  readonly #bits = new Uint32Array(0x10000 / 32);
  readonly #above: number[] = [];
  constructor(runs: readonly number[]) {
    for (let i = 0; i < runs.length; i += 2) {
      const [first, last] = [runs[i]!, runs[i + 1]!];
      for (let c = first; c <= Math.min(last, 0xffff); c++) this.#bits[c >> 5]! |= 1 << (c & 31);
      if (last > 0xffff) this.#above.push(Math.max(first, 0x10000), last);
    }
  }
  has(c: number): boolean {
    if (c < 0x10000) return (this.#bits[c >> 5]! & (1 << (c & 31))) !== 0;
    for (let i = 0; i < this.#above.length; i += 2) {
      if (c < this.#above[i]!) return false;
      if (c <= this.#above[i + 1]!) return true;
    }
    return false;
  }
}

/** What a regular expression for one character says, remembered. */
class PatternSet implements CodePointSet {
  readonly #known = new Map<number, boolean>();
  constructor(readonly pattern: RegExp) {}
  has(c: number): boolean {
    let known = this.#known.get(c);
    if (known === undefined) {
      known = this.pattern.test(String.fromCodePoint(c));
      if (this.#known.size < REMEMBERED) this.#known.set(c, known);
    }
    return known;
  }
}

/** Characters whose class is remembered: more than any text has, less than all of Unicode. */
const REMEMBERED = 20_000;

export const bertRemoved: CodePointSet = new RunSet(BERT_REMOVED);
export const bertMarks: CodePointSet = new RunSet(BERT_MARK);
export const strippedAccents: CodePointSet = new RunSet(STRIPPED_ACCENTS);
export const punctuation: CodePointSet = new RunSet(PUNCTUATION);
/** Neither decompose nor compose nor change places in the library's (older) normalization. */
export const inert: CodePointSet = new RunSet(INERT);
/** Unknown to the library's (older) regular expressions. */
export const newer: CodePointSet = new RunSet(NEWER);
/** Unicode's numeric characters, as Digits sees them. */
export const numeric: CodePointSet = new PatternSet(/^\p{N}$/u);
const word = new PatternSet(/^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u);
/** `\w` of the Rust library's regular expressions. */
export const wordCharacters: CodePointSet = { has: (c) => !newer.has(c) && word.has(c) };

/** Unicode's White_Space property. */
export function isWhiteSpace(c: number): boolean {
  if (c < 0x85) return c === 0x20 || (c >= 9 && c <= 13);
  if (c < 0x1680) return c === 0x85 || c === 0xa0;
  return c === 0x1680 || (c >= 0x2000 && c <= 0x200a) || c === 0x2028 || c === 0x2029 || c === 0x202f || c === 0x205f || c === 0x3000;
}
export const whiteSpace: CodePointSet = { has: isWhiteSpace };
