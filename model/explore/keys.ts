/**
 * Numbers as unsigned keys of the same order, cut into digits of 16 bits from the top: what exact order statistics of any number of values are
 * counted with. A float's bits are flipped so that they count up from −∞; a signed integer is moved by half its range.
 */
import type { Numbers } from './numbers.ts';

export interface Keys {
  /** Digits of one key. */
  readonly digits: number;
  /** Digit `d` (0 the highest) of number `i`. */
  digit(i: number, d: number): number;
}

/** Keys of a piece of numbers. */
export function keysOf(piece: Numbers): Keys {
  if (piece instanceof Float32Array) return floats32(new Uint32Array(piece.buffer, piece.byteOffset, piece.length));
  if (piece instanceof Float64Array) return floats64(new Uint32Array(piece.buffer, piece.byteOffset, piece.length * 2));
  if (piece instanceof Int32Array) return { digits: 2, digit: (i, d) => ((piece[i]! ^ 0x80000000) >>> (d === 0 ? 16 : 0)) & 0xffff };
  if (piece instanceof Uint32Array) return { digits: 2, digit: (i, d) => (piece[i]! >>> (d === 0 ? 16 : 0)) & 0xffff };
  const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.length * 2);
  const flip = piece instanceof BigInt64Array ? 0x80000000 : 0;
  return { digits: 4, digit: (i, d) => half(d < 2 ? words[2 * i + 1]! ^ flip : words[2 * i]!, d & 1) };
}

const half = (word: number, low: number) => (word >>> (low ? 0 : 16)) & 0xffff;

function floats32(words: Uint32Array): Keys {
  return {
    digits: 2,
    digit(i, d) {
      const word = words[i]!;
      return half(word & 0x80000000 ? ~word : word | 0x80000000, d);
    },
  };
}

function floats64(words: Uint32Array): Keys {
  return {
    digits: 4,
    digit(i, d) {
      const negative = words[2 * i + 1]! & 0x80000000;
      const word = words[2 * i + (d < 2 ? 1 : 0)]!;
      return half(negative ? ~word : d < 2 ? word | 0x80000000 : word, d & 1);
    },
  };
}

/** The number of a key, given its digits, in the type of `like`. */
export function fromKey(digits: readonly number[], like: Numbers): number | bigint {
  const word = (i: number) => ((digits[i]! << 16) | digits[i + 1]!) >>> 0;
  const view = new DataView(new ArrayBuffer(8));
  if (like instanceof Uint32Array) return word(0);
  if (like instanceof Int32Array) return (word(0) ^ 0x80000000) | 0;
  if (like instanceof Float32Array) {
    view.setUint32(0, word(0) & 0x80000000 ? word(0) & 0x7fffffff : ~word(0));
    return view.getFloat32(0);
  }
  if (like instanceof Float64Array) {
    const positive = word(0) & 0x80000000;
    view.setUint32(0, positive ? word(0) & 0x7fffffff : ~word(0));
    view.setUint32(4, positive ? word(2) : ~word(2));
    return view.getFloat64(0);
  }
  view.setUint32(0, like instanceof BigInt64Array ? word(0) ^ 0x80000000 : word(0));
  view.setUint32(4, word(2));
  return like instanceof BigInt64Array ? view.getBigInt64(0) : view.getBigUint64(0);
}
