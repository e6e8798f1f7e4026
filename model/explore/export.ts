/** A slice as a file that other programs read. */
import { utf8 } from '../text/utf8.ts';
import type { Slice } from './slice.ts';

/**
 * NumPy's own format, version 1.0: float64, [rows, columns], C order, little-endian.
 * Source: numpy.lib.format: magic, version, length of the header, the header padded with spaces to a multiple of 64.
 */
export function toNpy({ values }: Slice, rows: number, columns: number): Uint8Array {
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const padded = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = `${dictionary.padEnd(padded - 11)}\n`;
  const bytes = new Uint8Array(padded + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(utf8(header), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), padded);
  return bytes;
}

/** Comma-separated values: a row a line, every number so that it reads back the same. */
export function toCsv({ values, words }: Slice, rows: number, columns: number): Uint8Array {
  const lines = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => words?.[r * columns + c] ?? String(values[r * columns + c])).join(','),
  );
  const text = `${lines.join('\n')}\n`;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
