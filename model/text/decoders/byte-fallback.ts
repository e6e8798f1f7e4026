import { fromUtf8, isUtf8 } from '../utf8.ts';
import type { Decoder } from './index.ts';

const BYTE = /^<0x([0-9a-fA-F]{2})>$/;

/** A run of bytes as text; if it is not UTF-8, each byte becomes one U+FFFD. */
function textOf(bytes: readonly number[]): string {
  return isUtf8(bytes) ? fromUtf8(bytes) : '\ufffd'.repeat(bytes.length);
}

/** ByteFallback: runs of `<0x0A>` become the text they encode. */
export function byteFallback(): Decoder {
  return (tokens) => {
    const out: string[] = [];
    let bytes: number[] = [];
    const flush = () => {
      if (bytes.length > 0) out.push(textOf(bytes));
      bytes = [];
    };
    for (const token of tokens) {
      const hex = BYTE.exec(token)?.[1];
      if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
      else {
        flush();
        out.push(token);
      }
    }
    flush();
    return out;
  };
}
