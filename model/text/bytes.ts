import { pushUtf8 } from './utf8.ts';

/**
 * GPT-2's stand-ins: printable Latin-1 characters stand for their own byte, the other 68 bytes get U+0100 onward, so that no byte looks like a space.
 * Source: `bytes_to_unicode` in the GPT-2 release.
 */
const STAND_IN: readonly number[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, b) => ((b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae ? b : next++));
})();
const BYTE: ReadonlyMap<number, number> = new Map(STAND_IN.map((c, b) => [c, b]));

const known = new Map<number, number | readonly number[]>();

/** The stand-ins for the UTF-8 bytes of code point `c`: one character, or a list of them. */
export function byteStandIns(c: number): number | readonly number[] {
  if (c < 0x80) return STAND_IN[c]!;
  let to = known.get(c);
  if (to === undefined) {
    const bytes: number[] = [];
    pushUtf8(c, bytes);
    to = bytes.map((b) => STAND_IN[b]!);
    known.set(c, to);
  }
  return to;
}

/** The byte that stand-in character `c` stands for, undefined for any other character. */
export function standInByte(c: number): number | undefined {
  return BYTE.get(c);
}

/** The token that stands for byte `b` in vocabularies with byte fallback: `<0x0A>`. */
export function byteToken(b: number): string {
  return `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`;
}
